import { parcel } from "../codec/parcel/parcel.ts";
import { program as filesClient } from "../clients/files.ts";
import { Connection } from "../net/mod.ts";
import { program as filesServer } from "../servers/files.ts";
import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** Where the scene keeps its files; it is gone when the scene is over. */
const FOLDER = ".parley-tour";

/** A folder is sent twice, an old client sends a file, and somebody tries to get out of the inbox. */
export const filesScene: Scene = {
  name: "files",
  title: "Files: stored whole, once, and inside their folder",
  notice:
    "the second run sent nothing, because the server had it all; an old client was told -end- " +
    "when its file was stored; and the name that led out of the folder was refused, nothing else",
  async play(stage) {
    await Deno.mkdir(`${FOLDER}/notes`, { recursive: true });
    try {
      await play(stage);
    } finally {
      await Deno.remove(FOLDER, { recursive: true });
    }
  },
};

async function play(stage: Stage): Promise<void> {
  const notes = `${FOLDER}/notes`;
  await Deno.writeTextFile(`${notes}/one.txt`, "one\n");
  await Deno.writeTextFile(`${notes}/two.txt`, "two\n".repeat(20_000));
  const { port } = await stage.server(filesServer, ["--dir", `${FOLDER}/inbox`]);
  const first = await stage.client(filesClient, [notes], { port });
  stage.check("a folder is stored", first.code === 0 && await has("notes/two.txt", 80_000));
  const second = await stage.client(filesClient, [notes], { port });
  stage.check("what is there is not sent again", second.printed.includes("2 were there already"));

  await using old = await stage.line(port);
  stage.say("old client", "5::txt::hello");
  await old.send(new TextEncoder().encode("5::txt::hello"));
  await old.closeWrite();
  const answer = await old.receive();
  stage.say("old client", `hears ${answer}`);
  stage.check("the old format is answered", answer === "-end-");

  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await using rude = new Connection(conn, parcel());
  await rude.send({ type: "magic" });
  await rude.send({ type: "hello", agent: "rude", nonce: "0".repeat(32) });
  stage.say("rude client", "offers ../../escape.txt");
  const offer = { kind: "file", path: "../../escape.txt", size: 1, mtimeMs: null } as const;
  await rude.send({ type: "offer", id: 1, ...offer });
  for await (const message of rude) {
    if (message.type !== "refused") continue;
    stage.say("rude client", `hears ${message.code}: ${message.reason}`);
    stage.check("a name that leads out is refused", message.code === "bad-name");
    break;
  }
}

async function has(path: string, bytes: number): Promise<boolean> {
  return (await Deno.stat(`${FOLDER}/inbox/${path}`)).size === bytes;
}
