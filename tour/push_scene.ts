import { program as pushClient } from "../clients/push.ts";
import { program as pushServer } from "../servers/push.ts";
import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** Messages go both ways over one connection, one goes to everybody on its topic, and a stranger's page is kept out. */
export const pushScene: Scene = {
  name: "push",
  title: "WebSocket: a request that becomes a conversation",
  notice:
    "101 was the last that was said in HTTP; each message came back as what it was; both sides said " +
    "why they closed; the page of a stranger was refused before it could say anything; and what " +
    "was published reached who was on the topic",
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
    await playTopic(stage);
  },
};

/** Somebody reads a topic, and somebody else publishes on it. */
async function playTopic(stage: Stage): Promise<void> {
  const server = await stage.server(pushServer);
  const url = `ws://127.0.0.1:${server.port}/`;
  const isThere = server.prints("asked for /news: 101");
  const reading = stage.client(pushClient, [`${url}news`, "--wait", "1s"], { as: "reader" });
  await isThere;
  const published = await stage.client(pushClient, [url, "--publish", "news", "it rains"], {
    as: "publisher",
  });
  const { printed } = await reading;
  stage.check("a publisher ends once its message is with the server", published.code === 0);
  stage.check("who is on the topic has the message", printed.includes("it rains\n"));
}

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
