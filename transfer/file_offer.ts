/** What is said of a file before its bytes are sent. */
export interface FileOffer {
  /** Its path below the receiver's folder: names joined with "/". */
  readonly path: string;
  /** Its bytes; null when their number is known only at the end. */
  readonly size: number | null;
  /** When it was last changed, in milliseconds since 1970; null when nobody knows. */
  readonly mtimeMs: number | null;
  /** Its permission bits. By default the receiver chooses them. */
  readonly mode?: number | undefined;
}
