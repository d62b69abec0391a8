import type { HttpServerMessage, HttpServerOutgoing } from "../../codec/http/mod.ts";
import type { Connection } from "../connection.ts";

/** What speaks HTTP on a server's connection. */
export type HttpTransport = Connection<HttpServerMessage, HttpServerOutgoing>;

/** What a request asks of the connection that it came on. */
export interface RequestHost {
  /** What it came on. */
  readonly connection: HttpTransport;
  /** No further request is taken: the connection speaks another protocol now. */
  leave(): void;
}
