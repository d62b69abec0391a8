import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connectWebSocket } from "../../net/websocket/mod.ts";
import { Child, installed } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, isRefused } from "../cli/peer.ts";
import { inFolder } from "../contract/folder.ts";
import { freePort } from "../contract/free_port.ts";

const NGINX = { ignore: !installed("nginx") };
const PAGE = new URL("../../docs/push_server.md", import.meta.url);

/** Returns the lines for nginx that the document has. */
async function documentedLines(): Promise<string> {
  const [, lines] = /```nginx\n([^]*?)```/.exec(await Deno.readTextFile(PAGE)) ?? [];
  assert(lines !== undefined);
  return lines;
}

function configuration(lines: string, { folder, port }: { folder: string; port: number }): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error;
events { worker_connections 64; }
http { access_log off; ${temporary}
  server { listen 127.0.0.1:${port}; ${lines} }
}`;
}

Deno.test(
  "push works behind nginx under a path, with the lines that its document has (needs nginx)",
  NGINX,
  () =>
    inFolder(async (folder) => {
      const args = ["--host", "push.example.org", "--trust-proxy", "127.0.0.1", "--json"];
      await using server = await startServer("push", { args });
      const port = freePort();
      const lines = (await documentedLines()).replace(":4000", `:${server.port}`);
      await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(lines, { folder, port }));
      await using _nginx = new Child([
        ...["nginx", "-p", folder],
        ...["-e", `${folder}/error`, "-c", `${folder}/nginx.conf`],
      ]);
      while (await isRefused(port));

      const base = `127.0.0.1:${port}/push`;
      const page = await fetch(`http://${base}/`);
      assertStringIncludes(await page.text(), "<!DOCTYPE html>");
      await using socket = await connectWebSocket(`ws://${base}/news`, {
        fields: { Origin: `http://127.0.0.1:${port}` },
      });
      // The client knows that it stands before the server has it among the others.
      for (let present = 0; present === 0;) {
        ({ present } = await fetch(`http://${base}/topics/news`).then((one) => one.json()));
      }
      const answer = await fetch(`http://${base}/topics/news`, {
        method: "POST",
        body: "through",
      });
      assertEquals((await answer.json()).topic, "news");
      const message = await socket.receive();
      assert(message?.kind === "text");
      assertEquals(message.text, "through");

      await using reader = await connectPeer(port);
      await reader.send(
        "GET /push/topics/news HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" +
          "X-Forwarded-For: 192.0.2.7\r\n\r\n",
      );
      await reader.until(/data: through\n/);
      await socket.send("at once");
      await reader.until(/data: at once\n/);
      // nginx is trusted, and adds whom it hears from: an address of this machine again, which may speak for others.
      const [line] = await server.stdout.until(/^.*"request".*"GET".*"\/topics\/news".*$/m);
      assertEquals(JSON.parse(line).client, "127.0.0.1");
      const [claimed] = await server.stdout.until(/^.*192\.0\.2\.7.*$/m);
      assertEquals(JSON.parse(claimed).client, "192.0.2.7");
    }),
);
