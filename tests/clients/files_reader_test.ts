import { assert, assertEquals } from "@std/assert";
import { Output } from "../../cli/output.ts";
import { program } from "../../clients/files.ts";
import { turns } from "../../testing/turns.ts";
import { FakeSink } from "../cli/fake_sink.ts";
import { startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { keptIo } from "../cli/kept_io.ts";
import { inFolder } from "../contract/folder.ts";

/** From so many bytes on that nobody has read, whoever can wait does. */
const HIGH_WATER_BYTES = 64 * 1024;
/** More than their records have room for. */
const FILES = 400;

Deno.test("files client waits with the next file when nobody reads its records, and loses none", async () => {
  await inFolder(async (folder) => {
    for (let file = 0; file < FILES; file++) {
      await Deno.writeTextFile(`${folder}/${String(file).padStart(200, "0")}`, "x");
    }
    await using inbox = await InboxFolder.make();
    await using server = await startServer("files", { args: inbox.args() });
    const sink = new FakeSink("waits");
    // The files that are under way by then still have room.
    const stdout = new Output("stdout", sink, { maxBacklogBytes: 2 * HIGH_WATER_BYTES });
    const streams = { stdout, stderr: new Output("stderr", new FakeSink()) };
    const io = keptIo({ streams, stdout: (text) => stdout.print(text) });
    const ended = program.main([folder, "--json", "--port", String(server.port)], io);
    while (stdout.backlogBytes < HIGH_WATER_BYTES) await turns(1);
    // Nothing would hold it up for so long if it did not wait.
    await turns(2000);
    sink.letGo();
    assertEquals([await ended, io.about], [0, []]);
    const events = sink.text.trimEnd().split("\n").map((line) => JSON.parse(line).event);
    assertEquals(events.filter((event) => event === "stored").length, FILES);
    assert(!events.includes("dropped"));
  });
});
