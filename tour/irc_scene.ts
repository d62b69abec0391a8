import { program as ircClient } from "../clients/irc.ts";
import { program as ircServer } from "../servers/irc.ts";
import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** More than a line of IRC holds, and whoever reads it sees whether something is missing. */
const COUNTED = Array.from({ length: 160 }, (_, at) => at + 1).join(" ");

/** IRC: a protocol of lines, with people who have names. */
export const ircScene: Scene = {
  name: "irc",
  title: "Many talk, and each has a name",
  notice:
    "there was an ann already, so the second became annie; what it said was too long for a line " +
    "of 512 bytes, and came in two that are the text again; and whoever was left heard why the " +
    "server went",
  async play(stage) {
    const server = await stage.server(ircServer);
    const { port } = server;
    const isThere = server.prints("ann joined #tour");
    const reader = ["--nick", "ann", "--join", "#tour", "--tail"];
    const reading = stage.client(ircClient, reader, { port, as: "ann" });
    await isThere;
    const names = ["--nick", "ann", "--alternative", "annie"];
    const speaking = await stage.client(ircClient, [...names, "--send", "#tour"], {
      port,
      as: "annie",
      stdin: `${COUNTED}\n`,
    });
    stage.check("who speaks hears that the server has it", speaking.code === 0);
    const pong = await pongFor(stage, port);
    stage.check(
      "a PING is answered",
      pong === ":irc.localhost PONG irc.localhost :is anybody there?",
    );
    await server.stop();
    const { printed } = await reading;
    const pieces = Array.from(printed.matchAll(/<annie> (.*)$/gm), ([, piece = ""]) => piece);
    stage.check("the nickname that is free is taken", pieces.length > 0);
    stage.check(
      "a long message comes in pieces that are the text",
      pieces.length === 2 && pieces.join("") === COUNTED,
    );
    stage.check("everybody is told of the shutdown", printed.includes("Server shutting down"));
  },
};

/** Asks the server as any client does now and then. */
async function pongFor(stage: Stage, port: number): Promise<string | undefined> {
  await using peer = await stage.line(port);
  stage.say("bare peer", "PING :is anybody there?");
  await peer.send(new TextEncoder().encode("PING :is anybody there?\r\n"));
  await peer.flush();
  const pong = await peer.receive();
  stage.say("bare peer", pong ?? "(nothing)");
  return pong;
}
