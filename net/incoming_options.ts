import type { Session } from "../codec/codec.ts";
import type { ConnectionDeadlines } from "./deadlines.ts";
import type { ReceiveRate } from "./token_bucket.ts";

/** What the receiving half of a connection is told beside its connection. */
export interface IncomingOptions<In> {
  readonly session: Session<In, never>;
  readonly deadlines: ConnectionDeadlines;
  readonly rate: ReceiveRate | undefined;
}
