/** What every server answers. */
export const BODY = "Hello, World!\n";

const REQUEST = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const WANTED: Readonly<Record<string, RegExp>> = {
  status: /^HTTP\/1\.1 200 OK\r\n/,
  "Content-Type": /\r\ncontent-type: text\/plain(;|\r\n)/i,
  "Content-Length": new RegExp(`\\r\\ncontent-length: ${BODY.length}\\r\\n`, "i"),
  Date: /\r\ndate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n/i,
  body: new RegExp(`\\r\\n\\r\\n${BODY}$`),
};

/**
 * Asks for several answers at once, and returns how many bytes one of them has. That they are right is held before a server
 * is loaded, where a look at each would cost more than the server.
 *
 * @throws {Error} An answer is not the one that all servers have to give.
 */
export async function answerBytes(
  port: number,
  { pipelined }: { pipelined: number },
): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(REQUEST.repeat(pipelined)));
  const chunk = new Uint8Array(64 * 1024);
  let text = "";
  while (wholeAnswers(text).length < pipelined) {
    const count = await conn.read(chunk);
    if (count === null) throw new Error(`The server ended behind ${JSON.stringify(text)}`);
    text += new TextDecoder().decode(chunk.subarray(0, count));
  }
  for (const answer of wholeAnswers(text)) requireRight(answer);
  return text.length / pipelined;
}

/** Returns the answers that have come whole: each ends with the body, which stands nowhere else. */
function wholeAnswers(text: string): string[] {
  return text.split(BODY).slice(0, -1).map((head) => head + BODY);
}

function requireRight(answer: string): void {
  for (const [what, pattern] of Object.entries(WANTED)) {
    if (!pattern.test(answer)) throw new Error(`The ${what} is wrong in ${JSON.stringify(answer)}`);
  }
}
