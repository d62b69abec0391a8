/** A message of a topic, as a hub gives it to everybody who follows it. It never changes. */
export interface PushMessage {
  /** The topic. */
  readonly topic: string;
  /** Greater than those of all messages before it, whatever their topic; there may be gaps. */
  readonly number: number;
  /** What names it to who comes back: the run of the hub, "-", its number. */
  readonly id: string;
  /** What it is. */
  readonly kind: "text" | "binary";
  /** The text in UTF-8, or the bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it was published, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The subscriber that published it; undefined where it was none. */
  readonly from: string | undefined;
}
