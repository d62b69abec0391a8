/** Where the library draws. */
export interface ProgressStream {
  /** Without this it draws nothing. */
  readonly isTTY: true;
  /** Longer lines are cut. */
  readonly columns: number;
  write(text: string): boolean;
}

/** How bars are drawn; the options that are used here. */
export interface MultiBarOptions {
  stream: ProgressStream;
  /** How often the library draws by itself, a second. */
  fps: number;
  /** Clears the bars at the end. */
  clearOnComplete: boolean;
  /** Draws a bar that looks as before, too. */
  forceRedraw: boolean;
  /** Leaves the terminal's own setting as it is. */
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
  /** Draws now. */
  update(): void;
  stop(): void;
}
