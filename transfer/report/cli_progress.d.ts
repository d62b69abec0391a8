/** Where cli-progress draws. */
export interface ProgressStream {
  /** Without this it draws nothing. */
  readonly isTTY: true;
  /** Longer lines are cut. */
  readonly columns: number;
  write(text: string): boolean;
}

/** How bars are drawn: those options of cli-progress that are used here. */
export interface MultiBarOptions {
  stream: ProgressStream;
  /** How often a second it draws by itself. */
  fps: number;
  /** Whether it clears the bars at the end. */
  clearOnComplete: boolean;
  /** Whether it also draws a bar that has not changed. */
  forceRedraw: boolean;
  /** Whether the terminal's own setting for long lines stays as it is. */
  linewrap: true;
  /** Returns a bar's line. */
  format(options: unknown, params: { progress: number }): string;
}

/** A bar among others. */
export interface SingleBar {
  update(value: number): void;
  setTotal(total: number): void;
}

/** Several bars below each other. */
export class MultiBar {
  constructor(options: MultiBarOptions);
  /** Adds a bar, and begins to draw. */
  create(total: number, startValue: number): SingleBar;
  /** Draws at once. */
  update(): void;
  stop(): void;
}
