import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { writeLatin1 } from "../../codec/bytes/latin1_text.ts";
import { saysNoBody } from "../../codec/http/methods.ts";
import { type Field, Fields } from "../../codec/http/mod.ts";
import { basicAuthorization } from "./basic_authorization.ts";
import { fieldsToSend } from "./fields_to_send.ts";

/** What a server is asked. */
export interface ProbeRequest {
  /** Where; its user and password are sent as `Authorization`. */
  readonly url: URL;
  /** How: `HEAD`, `GET` or any other. */
  readonly method: string;
  /**
   * Fields that are sent instead of those of their names that would be, or beside them; an empty value sends none of
   * that name.
   */
  readonly fields: readonly Field[];
}

/** How a request is written. */
export interface RequestOptions {
  /** Who asks, as `User-Agent` says it. */
  readonly agent: string;
}

/**
 * Returns the bytes of a request without a body.
 *
 * @throws {ProtocolError} A field cannot be sent: its name is no token, or its value holds a control character.
 */
export function requestBytes(
  { url, method, fields }: ProbeRequest,
  { agent }: RequestOptions,
): Uint8Array<ArrayBuffer> {
  const authorization = basicAuthorization(url);
  const defaults: Field[] = [
    ["Host", url.host],
    ["User-Agent", agent],
    ["Accept", "*/*"],
    ...authorization === undefined ? [] : [["Authorization", authorization] as const],
    ...saysNoBody(method) ? [["Content-Length", "0"] as const] : [],
    ["Connection", "close"],
  ];
  let text = `${method} ${targetOf(url)} HTTP/1.1\r\n`;
  for (const [name, value] of new Fields(fieldsToSend(defaults, fields))) {
    text += `${name}: ${value}\r\n`;
  }
  const writer = new ByteWriter();
  writeLatin1(`${text}\r\n`, writer);
  return writer.finish();
}

/** What stands in the request line; a fragment is nobody's but the browser's. */
function targetOf({ pathname, search }: URL): string {
  return `${pathname}${search}`;
}

/** Returns a URL as it may be shown: without user and password. */
export function shownUrl(url: URL): string {
  if (url.username === "" && url.password === "") return url.href;
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}
