import { Child } from "../../cli/child.ts";

/** A server that nobody here wrote. */
export interface HttpPeer extends AsyncDisposable {
  readonly port: number;
}

async function started(
  command: readonly string[],
  { stream, port: pattern }: { stream: "stdout" | "stderr"; port: RegExp },
): Promise<HttpPeer> {
  const child = new Child(command);
  try {
    const [, port] = await child[stream].until(pattern);
    return { port: Number(port), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts Node's own server. */
export function nodeServer(): Promise<HttpPeer> {
  const command = ["node", "--input-type=module", "-e", NODE_SERVER];
  return started(command, { stream: "stdout", port: /^(\d+)\n/ });
}

/** Starts PHP's own server, which runs a script for every path. */
export async function phpServer(): Promise<HttpPeer> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/index.php`, PHP_SCRIPT);
  const command = ["php", "-S", "127.0.0.1:0", `${folder}/index.php`];
  const server = await started(command, {
    stream: "stderr",
    port: /\(http:\/\/127\.0\.0\.1:(\d+)\) started/,
  });
  return {
    port: server.port,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Starts Python's own server on a folder that holds `a.txt`; it speaks HTTP/1.0 unless told otherwise. */
export async function pythonServer({ protocol }: { protocol: string }): Promise<HttpPeer> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, "from a file\n");
  const options = ["--bind", "127.0.0.1", "--directory", folder, "--protocol", protocol];
  const server = await started(["python3", "-u", "-m", "http.server", ...options, "0"], {
    stream: "stdout",
    port: / port (\d+) /,
  });
  return {
    port: server.port,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const NODE_SERVER = `
import { createServer } from "node:http";
const ANSWERS = {
  "/length": (_, answer) => answer.setHeader("Content-Length", 5).end("hello"),
  "/chunks": (_, answer) => {
    answer.writeHead(200, { Trailer: "X-Sum" });
    answer.write("one ");
    answer.write("two");
    answer.addTrailers({ "X-Sum": "7" });
    answer.end();
  },
  "/until-close": (_, answer) => {
    answer.useChunkedEncodingByDefault = false;
    answer.setHeader("Connection", "close");
    answer.removeHeader("Transfer-Encoding");
    answer.write("until ");
    answer.end("the end");
  },
  "/close": (_, answer) => answer.setHeader("Connection", "close").end("bye"),
  "/204": (_, answer) => answer.writeHead(204).end(),
  "/304": (_, answer) => answer.writeHead(304, { "Content-Length": 5 }).end(),
  "/early": (_, answer) => {
    answer.writeEarlyHints({ link: "</a.css>; rel=preload" }, () => answer.end("late"));
  },
  "/cookies": (_, answer) => {
    answer.setHeader("Set-Cookie", ["a=1", "b=2"]);
    answer.setHeader("X-Latin", "D\\u00fcsseldorf");
    answer.end();
  },
  "/echo": async (request, answer) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const framing = request.headers["transfer-encoding"] ?? request.headers["content-length"];
    const trailer = request.trailers["x-sum"];
    const body = Buffer.concat(pieces).toString("latin1");
    answer.end(JSON.stringify({ framing, body, trailer }), "latin1");
  },
};
const server = createServer((request, answer) => ANSWERS[request.url](request, answer));
for (const name of ["upgrade", "connect"]) server.on(name, (request, socket, head) => {
  socket.on("error", () => {});
  socket.write(name === "upgrade"
    ? "HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: lines\\r\\n\\r\\nhello\\n"
    : "HTTP/1.1 200 Connection Established\\r\\n\\r\\nhello\\n");
  if (head.length > 0) socket.write(head);
  socket.pipe(socket);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

const PHP_SCRIPT = `<?php
header("X-Path: " . $_SERVER["REQUEST_URI"]);
if ($_SERVER["REQUEST_URI"] === "/length") header("Content-Length: 5");
echo $_SERVER["REQUEST_METHOD"] === "POST" ? file_get_contents("php://input") : "hello";
`;
