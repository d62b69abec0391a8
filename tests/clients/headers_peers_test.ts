import { assertEquals, assertMatch } from "@std/assert";
import { program } from "../../clients/headers.ts";
import { Child, installed, run } from "../cli/child.ts";
import { runMain } from "../cli/in_process.ts";
import { inFolder } from "../contract/folder.ts";
import { freePort } from "../contract/free_port.ts";

const NODE = `
const { createServer } = require("node:http");
const { gzipSync } = require("node:zlib");
const server = createServer((request, response) => {
  response.sendDate = false;
  if (request.url === "/early") response.writeEarlyHints({ link: "</a.css>; rel=preload" });
  if (request.url === "/moved") return response.writeHead(302, { Location: "/gzip" }).end();
  response.writeHead(200, { "Content-Encoding": "gzip", "Set-Cookie": ["a=1", "b=2"] });
  response.write(gzipSync("hello "));
  response.end(gzipSync("body"));
}).listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

Deno.test({
  name:
    "headers client prints what curl -I prints when a server of Node answers (needs curl, node)",
  ignore: !installed("curl") || !installed("node"),
  async fn() {
    await using server = new Child(["node", "-e", NODE]);
    const url = `http://127.0.0.1:${await server.stdout.line()}`;
    for (
      const [path, ours, theirs] of [["/", [], "-sI"], ["/moved", ["-L"], "-sIL"], [
        "/early",
        [],
        "-sI",
      ]] as const
    ) {
      const curl = await run([
        "curl",
        theirs,
        "--noproxy",
        "*",
        "-H",
        "Connection: close",
        url + path,
      ]);
      const { code, stdout } = await runMain(program.main, [url + path, ...ours]);
      assertEquals([code, stdout], [0, curl.stdout]);
    }
    const { stdout } = await runMain(program.main, [`${url}/`, "--include-body", "1k"]);
    assertMatch(stdout, /\r\n\r\nhello body$/);
  },
});

Deno.test({
  name: "headers client shows the head and the body of a server of PHP (needs php)",
  ignore: !installed("php"),
  fn: () =>
    inFolder(async (folder) => {
      const script = `${folder}/index.php`;
      await Deno.writeTextFile(
        script,
        '<?php header("X-A: b", false); header("X-A: c", false); echo "hello";',
      );
      const port = freePort();
      await using server = new Child(["php", "-S", `127.0.0.1:${port}`, script]);
      await server.stderr.until(/started/);
      const { code, stdout } = await runMain(program.main, [`:${port}`, "--include-body", "9"]);
      assertEquals(code, 0);
      assertMatch(stdout, /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*X-A: b\r\nX-A: c\r\n(.*\r\n)*\r\nhello$/);
    }),
});
