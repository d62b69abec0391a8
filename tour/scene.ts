import type { Stage } from "./stage.ts";

/** One part of the tour: programs that talk, and what to notice. */
export interface Scene {
  readonly name: string;
  readonly title: string;
  readonly notice: string;
  readonly play: (stage: Stage) => Promise<void>;
}
