import { assert, assertEquals, assertMatch } from "@std/assert";
import { digestOf, someBytes, untilThere } from "../transfer/dialogue.ts";
import { startClient as spawnClient } from "../cli/child.ts";
import { startClient } from "../cli/in_process.ts";
import { sentLine, withServer } from "./files_standing.ts";
import { RecordingProxy } from "./recording_proxy.ts";

const MIB = 1024 ** 2;

for (const how of ["SIGINT", "who runs it"] as const) {
  Deno.test(`files client says how to go on, and goes on there, when ${how} stops it in a file`, async () => {
    await withServer({}, async ({ server, inbox, folder, send }) => {
      const content = someBytes(12 * MIB);
      await Deno.writeFile(`${folder}/a.bin`, content);
      {
        await using proxy = new RecordingProxy(server.port, { stallAfterBytes: 4.5 * MIB });
        const options = { port: proxy.port, args: [`${folder}/a.bin`] };
        await using client = how === "SIGINT"
          ? spawnClient("files", options)
          : startClient("files", options);
        await proxy.stalled;
        if ("signal" in client) client.signal("SIGINT");
        else client.stop();
        assertEquals(await client.ended, 130);
        assertEquals(client.stdout.text, "");
        assertMatch(
          client.stderr.text,
          /^\S+\/a\.bin stopped at \S+ MiB\nfiles: Interrupted: what has arrived is kept, and the same command goes on there\n$/,
        );
      }
      await server.stderr.until(
        /^#0 a\.bin stopped at \d\.\d\d MiB of 12\.0 MiB; the next try goes on there$/m,
      );
      const [part = "", ...more] = await inbox.names();
      assertMatch(part, /^a\.bin\.[0-9a-f]{24}-1\.part$/);
      assertEquals(more, []);
      const { code, stdout, stderr } = await send(`${folder}/a.bin`);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, sentLine("1 file"));
      await server.stdout.until(/^a\.bin {2}12\.0 MiB .* sha256 \S+ {2}went on at \d\.\d\d MiB\n$/);
      assertEquals(await inbox.names(), ["a.bin"]);
      assertEquals(digestOf(await inbox.bytes("a.bin")), digestOf(content));
    });
  });
}

Deno.test("files client says that nothing is kept of stdin when it is interrupted", async () => {
  await withServer({}, async ({ server }) => {
    await using client = startClient("files", { port: server.port, args: ["-"] });
    await server.stderr.until(/^#0 .* connected$/m);
    client.stop();
    assertEquals(await client.ended, 130);
    assertEquals(client.stderr.text, "files: Interrupted: what was under way was not stored\n");
  });
});

Deno.test("files client --json says what was interrupted when it is", async () => {
  await withServer({}, async ({ server, folder }) => {
    await Deno.writeFile(`${folder}/a.bin`, someBytes(12 * MIB));
    await using proxy = new RecordingProxy(server.port, { stallAfterBytes: MIB });
    const args = ["--json", `${folder}/a.bin`];
    await using client = startClient("files", { port: proxy.port, args });
    await proxy.stalled;
    await client.stdout.until(/"event":"progress"/);
    client.stop();
    assertEquals(await client.ended, 130);
    const records = client.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(records[0].event, "started");
    const { sent, ...last } = records.at(-1);
    assertEquals(last, { event: "interrupted", file: `${folder}/a.bin` });
    assertEquals(typeof sent, "number");
  });
});

Deno.test("files client ends with 1 and says that the server shuts down when it does in a file", async () => {
  await withServer({}, async ({ server, inbox, folder }) => {
    await Deno.writeFile(`${folder}/a.bin`, someBytes(64 * MIB));
    const args = ["--tries", "1", "--rate", "8MiB", `${folder}/a.bin`];
    await using client = startClient("files", { port: server.port, args });
    await untilThere(inbox.path, 1);
    server.stop();
    assertEquals(await client.ended, 1);
    assertEquals(client.stdout.text, "");
    assertMatch(
      client.stderr.text,
      /^(\S+\/a\.bin stopped at .*\n)?files: Lost the connection to \S+: the receiver is shutting down\n$/,
    );
    assertEquals(await server.ended, 0);
    assertMatch(server.stderr.text, /\nfiles stopped: 1 client finished\n$/);
    const [part = "", ...more] = await inbox.names();
    assertMatch(part, /\.part$/);
    assertEquals(more, []);
  });
});

Deno.test("files client tells of the next try, and goes on there, when a connection breaks", async () => {
  await withServer({}, async ({ server, inbox, folder }) => {
    const content = someBytes(12 * MIB);
    await Deno.writeFile(`${folder}/a.bin`, content);
    await using proxy = new RecordingProxy(server.port, { stallAfterBytes: 4.5 * MIB });
    const args = ["--json", `${folder}/a.bin`];
    await using client = startClient("files", { port: proxy.port, args });
    await proxy.stalled;
    proxy.hangUp();
    assertEquals(await client.ended, 0);
    assertEquals(client.stderr.text, "");
    const records = client.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const events = records.filter(({ event }) => event !== "progress" && event !== "comparing");
    assertEquals(events.map(({ event }) => event), [
      "started",
      "retry",
      "started",
      "stored",
      "done",
    ]);
    assert(events[2].offset > 0 && events[2].offset <= 4 * MIB, String(events[2].offset));
    assertEquals(digestOf(await inbox.bytes("a.bin")), digestOf(content));
    assertEquals(await inbox.names(), ["a.bin"]);
  });
});
