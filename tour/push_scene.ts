import { program as pushClient } from "../clients/push.ts";
import { program as pushServer } from "../servers/push.ts";
import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** Messages go both ways over one connection, and a page that has no business here is kept out. */
export const pushScene: Scene = {
  name: "push",
  title: "WebSocket: a request that becomes a conversation",
  notice:
    "101 was the last that was said in HTTP; each message came back as what it was; both sides said " +
    "why they closed; and the page of a stranger was refused before it could say anything",
  async play(stage) {
    const { port } = await stage.server(pushServer, ["--echo"]);
    const url = `ws://127.0.0.1:${port}/chat`;
    const text = await stage.client(pushClient, [url, "--wait", "1s"], {
      stdin: "hello\n你好\n",
    });
    stage.check(
      "each line is a message, and comes back as one",
      text.code === 0 && text.printed.includes("hello\n你好\n"),
    );
    stage.check("both sides close, with 1000", text.printed.endsWith("1000 (normal closure)\n"));
    const binary = [url, "--wait", "1s", "--binary", "--message", "hello", "--ping", "--json"];
    const { printed } = await stage.client(pushClient, binary);
    stage.check("bytes come back as bytes", printed.includes('"bytes":"68656c6c6f"'));
    stage.check("a ping is answered by itself", printed.includes('"event":"pong"'));
    const status = await statusFor(stage, { port, origin: "http://stranger.example" });
    stage.check("the page of a stranger is refused", status === "HTTP/1.1 403 Forbidden");
  },
};

/** Asks for a WebSocket as a browser does for a page of this origin. */
async function statusFor(
  stage: Stage,
  { port, origin }: { port: number; origin: string },
): Promise<string | undefined> {
  await using browser = await stage.line(port);
  stage.say("browser", `GET /chat, for a page of ${origin}`);
  const request = `GET /chat HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\n` +
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  await browser.send(new TextEncoder().encode(request));
  await browser.flush();
  const status = await browser.receive();
  stage.say("browser", status ?? "(nothing)");
  return status;
}
