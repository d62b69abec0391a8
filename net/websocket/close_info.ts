/** What one side said at the end. */
export interface CloseFrame {
  /** Why, as a number; 1005 where it said none. */
  readonly code: number;
  /** Why, in words. */
  readonly reason: string;
}

/** How a WebSocket ended, as far as it has. */
export interface CloseInfo {
  /** The close frame that was sent. @default none was */
  readonly sent: CloseFrame | undefined;
  /** The close frame that came. @default none came: where the connection is over, it broke (1006) */
  readonly received: CloseFrame | undefined;
  /** Who was first. */
  readonly first: "local" | "peer" | undefined;
}
