/** What a browser offers. */
const OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/**
 * Connects, and asks for a WebSocket.
 *
 * @throws {Error} The server does not agree, to the compression either.
 */
export async function openWebSocket(
  port: number,
  { compressed }: { compressed: boolean },
): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  await conn.write(openingRequest(port, { compressed }));
  let head = "";
  // Nothing comes behind it: these servers wait for the first message.
  for (const byte = new Uint8Array(512); !head.endsWith("\r\n\r\n");) {
    const count = await conn.read(byte);
    if (count === null) throw new Error(`The server ended behind ${JSON.stringify(head)}`);
    head += new TextDecoder().decode(byte.subarray(0, count));
  }
  requireAgreement(head, { compressed });
  return conn;
}

/** Returns how a WebSocket is asked for. */
export function openingRequest(
  port: number,
  { compressed }: { compressed: boolean },
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      `Sec-WebSocket-Version: 13\r\n${compressed ? OFFER : ""}\r\n`,
  );
}

/**
 * Holds that a server opens what {@linkcode openingRequest} asks for.
 *
 * @throws {Error} It does not agree, to the compression either.
 */
export function requireAgreement(head: string, { compressed }: { compressed: boolean }): void {
  if (!/^HTTP\/1\.1 101 /.test(head)) throw new Error(`The server answered ${head}`);
  if (!/\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i.test(head)) {
    throw new Error(`The server accepts another key: ${head}`);
  }
  if (compressed !== /\r\nsec-websocket-extensions: permessage-deflate/i.test(head)) {
    throw new Error(`The server agrees to something else: ${head}`);
  }
}
