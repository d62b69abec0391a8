import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ORDINARY_NAMES } from "../codec/hostile_names.ts";
import { Child, succeeds } from "../cli/child.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { runClient, startServer } from "../cli/in_process.ts";
import { inFolder } from "../contract/folder.ts";
import { runCommand } from "../runtime.ts";
import { turns } from "../../testing/turns.ts";
import { FilesServer } from "./files_server.ts";

/** Makes an unfinished file that was last written so many hours ago by a clock. */
async function leavePart(path: string, { hours, now }: { hours: number; now: number }) {
  await Deno.writeTextFile(path, "x");
  const date = new Date(now - hours * 3_600_000);
  await Deno.utime(path, date, date);
}

Deno.test("files server removes unfinished files that are older than keepPartsMs, at its start and every hour", async () => {
  await using server = await FilesServer.start({ keepPartsMs: 3_600_000 });
  const { clock, inbox } = server;
  const now = clock.date().getTime();
  const part = (digit: string) => `${inbox.path}/x.${digit.repeat(24)}-1.part`;
  await leavePart(part("0"), { hours: 2, now });
  await leavePart(part("1"), { hours: -1, now });
  await leavePart(`${inbox.path}/old.txt`, { hours: 2, now });
  await clock.advance(3_600_000);
  while ((await inbox.names()).length > 2) await turns(1);
  assertEquals(await inbox.names(), ["old.txt", `x.${"1".repeat(24)}-1.part`]);
  await clock.advance(2 * 3_600_000);
  while ((await inbox.names()).length > 1) await turns(1);
  assertEquals(await inbox.names(), ["old.txt"]);
});

Deno.test("files server says once that its folder is gone, and stores again when it is there", async () => {
  await using inbox = await InboxFolder.make();
  await inFolder(async (folder) => {
    for (let at = 0; at < 30; at++) await Deno.writeTextFile(`${folder}/${at}.txt`, `${at}`);
    await using server = await startServer("files", { args: inbox.args() });
    const { port } = server;
    await Deno.remove(inbox.path, { recursive: true });
    const refused = await runClient("files", { port, args: [folder] });
    assertEquals(refused.code, 1);
    assertMatch(refused.stderr, /the receiver's folder is gone/);
    await Deno.mkdir(inbox.path);
    assertEquals((await runClient("files", { port, args: [folder] })).code, 0);
    const told = server.stderr.text.split("\n").filter((line) => /older/.test(line));
    assertEquals(told.map((line) => line.replaceAll(inbox.path, "DIR")), [
      "files: Cannot store files: the folder DIR is gone; they are refused until it is there again",
      "files: The folder is there again, and files are stored",
    ]);
  });
});

Deno.test(
  "files server takes ordinary names of Linux when it is given --names any, and shows them harmlessly",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    await using inbox = await InboxFolder.make();
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/all`);
      for (const name of ORDINARY_NAMES) await Deno.writeTextFile(`${folder}/all/${name}`, name);
      for (const [names, code] of [["portable", 1], ["any", 0]] as const) {
        await using server = await startServer("files", { args: inbox.args("--names", names) });
        const sent = await runClient("files", { port: server.port, args: [`${folder}/all`] });
        assertEquals(sent.code, code, sent.stderr);
        if (names === "portable") {
          const reason = '"all/aux.txt" holds the name of a device on Windows; ' +
            "the receiver takes only names that every system can have";
          assertStringIncludes(sent.stderr, reason);
        }
        const printed = sent.stdout + sent.stderr + server.stdout.text + server.stderr.text;
        // deno-lint-ignore no-control-regex
        assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.exec(printed), null);
      }
      for (const name of ORDINARY_NAMES) assertEquals(await inbox.text(`all/${name}`), name);
    });
  },
);

Deno.test(
  "files server stores files and says so when nothing that it prints can be written (needs /dev/full)",
  {
    ignore: !succeeds(["test", "-c", "/dev/full"]),
  },
  async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/x.txt`, "hello");
      for (const json of [[], ["--json"]]) {
        await using inbox = await InboxFolder.make();
        const command = runCommand("servers/files.ts", {
          flags: ["--allow-net", "--allow-sys=statfs", ...inbox.permissions],
          args: [...inbox.args("--port", "0"), ...json],
        });
        const via = ["sh", "-c", 'exec "$@" >/dev/full', "sh"];
        await using server = new Child(command, { via });
        const [, port] = await server.stderr.until(/ listening on .*:(\d+)\n/);
        for (const format of [[], ["--simple"]]) {
          const args = [...format, `${folder}/x.txt`];
          const { code, stderr } = await runClient("files", { port: Number(port), args });
          assertEquals([code, stderr], [0, ""]);
        }
        assertEquals((await inbox.names()).length, 2);
      }
    });
  },
);

Deno.test("files server stores files when its listener throws", async () => {
  await using server = await FilesServer.start({
    onFile() {
      throw new Error("a listener that fails");
    },
  });
  await using peer = await server.connect();
  await peer.send("5::txt::hello");
  await peer.finish();
  assertEquals(await peer.rest(), "-end-");
  assertEquals((await server.inbox.names()).length, 1);
});
