import type { Conn } from "../types.ts";

/** Bytes that a stream reads at a time. */
const CHUNK_BYTES = 64 * 1024;

type Half = Pick<Conn, "read" | "write" | typeof Symbol.dispose>;

/** Returns what a connection receives as a stream; its end closes the connection. */
export function readableOf(conn: Half): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source: UnderlyingByteSource = {
    type: "bytes",
    autoAllocateChunkSize: CHUNK_BYTES,
    async pull(controller) {
      // With a size to allocate there always is a request, and its view is of the kind that we allocate.
      const request = controller.byobRequest!;
      const into = request.view as Uint8Array<ArrayBuffer>;
      try {
        const count = await conn.read(into);
        if (count !== null) return request.respond(count);
      } catch (error) {
        conn[Symbol.dispose]();
        controller.error(error);
        return;
      }
      conn[Symbol.dispose]();
      controller.close();
      request.respond(0);
    },
    cancel: () => conn[Symbol.dispose](),
  };
  // A byte source gives chunks of its own bytes; the standard's type is wider.
  return new ReadableStream(source, { highWaterMark: 0 }) as ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
}

/** Returns what a connection sends as a stream; closing it closes the connection. */
export function writableOf(conn: Half): WritableStream<Uint8Array<ArrayBufferLike>> {
  return new WritableStream<Uint8Array<ArrayBufferLike>>({
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      } catch (error) {
        conn[Symbol.dispose]();
        throw error;
      }
    },
    close: () => conn[Symbol.dispose](),
    abort: () => conn[Symbol.dispose](),
  });
}
