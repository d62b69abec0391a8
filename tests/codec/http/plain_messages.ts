import { type Codec, mapped } from "../../../codec/mod.ts";
import type { HttpBodyEnd, HttpRequestHead, HttpResponseHead } from "../../../codec/http/mod.ts";

/** Returns a message whose fields can be compared: a list of names and values. */
export function plainMessage(message: unknown): unknown {
  const { type } = message as { type: string };
  if (type === "request") {
    const head = message as HttpRequestHead;
    const { method, target, version, body, keepAlive, expectsContinue, upgrade, text } = head;
    const fields = [...head.fields];
    return {
      type,
      method,
      target,
      version,
      fields,
      body,
      keepAlive,
      expectsContinue,
      upgrade,
      text,
    };
  }
  if (type === "response") {
    const head = message as HttpResponseHead;
    const { status, reason, version, body, keepAlive, text } = head;
    return { type, status, reason, version, fields: [...head.fields], body, keepAlive, text };
  }
  if (type === "end") return { type, trailers: [...(message as HttpBodyEnd).trailers ?? []] };
  return message;
}

/** Returns a codec whose messages can be compared. */
export function plain<In, Out>(codec: Codec<In, Out>): Codec<unknown, Out> {
  return mapped<In, Out, unknown, Out>(codec, {
    decode: plainMessage,
    encode: (message) => message,
  });
}
