import { program as greetingClient } from "../clients/greeting.ts";
import { program as reverseClient } from "../clients/reverse.ts";
import { program as talkbackClient } from "../clients/talkback.ts";
import { program as greetingServer } from "../servers/greeting.ts";
import { program as reverseServer } from "../servers/reverse.ts";
import { program as talkbackServer } from "../servers/talkback.ts";
import { datagramsScene } from "./datagrams_scene.ts";
import { filesScene } from "./files_scene.ts";
import { headersScene } from "./headers_scene.ts";
import { ircScene } from "./irc_scene.ts";
import { pushScene } from "./push_scene.ts";
import type { Scene } from "./scene.ts";

/** The tour, in its order. */
export const scenes: readonly Scene[] = [
  {
    name: "greeting",
    title: "A server that speaks first",
    notice: "after --max-clients 2 the server closed both clients politely and let its port go: " +
      "the third was refused, not left waiting",
    async play(stage) {
      const server = await stage.server(greetingServer, ["--max-clients", "2"]);
      const { port } = server;
      const first = await stage.client(greetingClient, ["Ho"], { port, as: "client 0" });
      stage.check(
        "the greeting, the answer and the goodbye arrive",
        first.printed.endsWith("Goodbye!\n"),
      );
      const second = await stage.client(greetingClient, ["first blood"], { port, as: "client 1" });
      stage.check("the second client is served like the first", second.code === 0);
      stage.check("the server ends by itself", await server.ended === 0);
      const third = await stage.client(greetingClient, ["hello?"], { port, as: "client 2" });
      stage.check("the third client is refused", third.code === 1);
    },
  },
  {
    name: "reverse",
    title: "Characters, not bytes",
    notice: "é stayed é and the family stayed one character; the last peer sent no newline, " +
      "and was answered after 50 ms of silence",
    async play(stage) {
      const { port } = await stage.server(reverseServer);
      const plain = await stage.client(reverseClient, ["Hello Server"], { port });
      stage.check("a message comes back reversed", plain.printed === "revreS olleH\n");
      const marked = await stage.client(reverseClient, ["cafe\u0301 👨‍👩‍👧!"], { port });
      stage.check("accents and emoji stay whole", marked.printed === "!👨‍👩‍👧 e\u0301fac\n");
      await using peer = await stage.line(port);
      stage.say("bare peer", "(sends 'Hello Server' without a newline, and waits)");
      await peer.send(new TextEncoder().encode("Hello Server"));
      const answer = await peer.receive();
      stage.say("bare peer", answer ?? "(nothing)");
      stage.check("a message without a newline is answered", answer === "revreS olleH");
    },
  },
  {
    name: "talkback",
    title: "Many clients, one conversation",
    notice:
      "'0' is a line like any other, 'quit' ended one client, and 'shutdown' told the one who " +
      "was left before the server went",
    async play(stage) {
      const server = await stage.server(talkbackServer, ["--chat"]);
      const { port } = server;
      await using listener = await stage.line(port);
      const welcome = [
        await listener.receive(),
        await listener.receive(),
        await listener.receive(),
      ];
      stage.say("client 0", welcome[1] ?? "");
      const talker = await stage.client(talkbackClient, [], {
        port,
        as: "client 1",
        stdin: "hello\n0\nquit\n",
      });
      stage.check("every line is answered", talker.printed.includes("You said '0'.\n"));
      const overheard = [await listener.receive(), await listener.receive()];
      for (const line of overheard) stage.say("client 0", line ?? "");
      stage.check("the other client hears them", overheard.join() === "1: hello,1: 0");
      await stage.client(talkbackClient, [], { port, as: "client 2", stdin: "shutdown\n" });
      const farewell = await listener.receive();
      stage.say("client 0", farewell ?? "(nothing)");
      stage.check(
        "everybody is told of the shutdown",
        farewell?.includes("shutting down") === true,
      );
      await listener.close();
      stage.check("the server ends by itself", await server.ended === 0);
    },
  },
  {
    name: "framing",
    title: "TCP is a stream: one read is not one message",
    notice: "read 1 held three messages, and the fourth message came in reads 2 to 4; " +
      "the server saw four lines",
    async play(stage) {
      const server = await stage.server(talkbackServer, ["--trace"]);
      const { port } = server;
      await using peer = await stage.line(port);
      for (let line = 0; line < 3; line++) await peer.receive();
      const send = async (text: string) => {
        await peer.send(new TextEncoder().encode(text));
        await peer.flush();
      };
      await send("one\ntwo\nthree\n");
      const answers = [await peer.receive(), await peer.receive(), await peer.receive()];
      for (const [at, piece] of ["fo", "ur", "\n"].entries()) {
        // The server reads each piece before the next is sent: nothing else would cut it here for certain.
        const read = server.prints(`<- read ${at + 2}:`);
        await send(piece);
        await read;
      }
      answers.push(await peer.receive());
      stage.check("three messages glued in one read are three", answers[2] === "You said 'three'.");
      stage.check("one message cut into three reads is one", answers[3] === "You said 'four'.");
    },
  },
  filesScene,
  headersScene,
  pushScene,
  datagramsScene,
  ircScene,
];
