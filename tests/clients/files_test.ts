import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, namesIn } from "../contract/folder.ts";
import { digestOf, filesIn, someBytes } from "../transfer/dialogue.ts";
import { runClient, startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { sentLine, withServer } from "./files_standing.ts";
import { RecordingProxy } from "./recording_proxy.ts";

const hasIpv6 = Deno.networkInterfaces().some(({ address }) => address === "::1");

Deno.test("files client sends a file with its time and prints one line when nothing is wrong", async () => {
  await withServer({}, async ({ server, inbox, folder, send }) => {
    const content = someBytes(3_000_000);
    await Deno.writeFile(`${folder}/photo.jpg`, content);
    await Deno.utime(`${folder}/photo.jpg`, new Date(), new Date("2020-02-02T02:02:02.002Z"));
    const { code, stdout, stderr } = await send(`${folder}/photo.jpg`);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("1 file"));
    assertEquals(digestOf(await inbox.bytes("photo.jpg")), digestOf(content));
    const { mtime } = await Deno.stat(`${inbox.path}/photo.jpg`);
    assertEquals(mtime?.toISOString(), "2020-02-02T02:02:02.002Z");
    const line = await server.stdout.line() ?? "";
    assertMatch(line, /^photo\.jpg {2}2\.86 MiB {2}\d+ m?s {2}sha256 [0-9a-f]{64}$/);
    assertStringIncludes(line, digestOf(content));
  });
});

Deno.test("files client sends a folder with all that it holds when it is given one", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    await Deno.mkdir(`${folder}/notes/été/深い`, { recursive: true });
    await Deno.mkdir(`${folder}/notes/empty`);
    const texts = { "a.txt": "a", "no bytes": "", "été/ß 👍.txt": "b", "été/深い/x": "c" };
    for (const [path, text] of Object.entries(texts)) {
      await Deno.writeTextFile(`${folder}/notes/${path}`, text);
    }
    const { code, stdout, stderr } = await send(`${folder}/notes/`);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("4 files", "; 1 empty folder"));
    const stored = Object.fromEntries(
      Array.from(
        await filesIn(inbox.path),
        ([path, bytes]) => [path, new TextDecoder().decode(bytes)],
      ),
    );
    const expected = Object.entries(texts).map(([path, text]) => [`notes/${path}`, text]);
    assertEquals(stored, Object.fromEntries(expected));
    assertEquals(await namesIn(`${inbox.path}/notes/empty`), []);
  });
});

for (
  const [what, args, name] of [["no name", [], "stdin"], [
    "--name",
    ["--name", "log/today.txt"],
    "log/today.txt",
  ]] as const
) {
  Deno.test(`files client sends stdin when - is given with ${what}`, async () => {
    await withServer({}, async ({ server, inbox }) => {
      const stdin = "typed\n".repeat(10_000);
      const { port } = server;
      const ran = await runClient("files", { port, args: ["-", ...args], stdin });
      assertEquals([ran.code, ran.stderr], [0, ""]);
      assertMatch(ran.stdout, sentLine("1 file"));
      assertEquals(await inbox.text(name), stdin);
    });
  });
}

Deno.test("files client ends with 2 and its usage when nothing to send is given", async () => {
  const { code, stdout, stderr } = await runClient("files", { port: 1 });
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "files: Say what to send: files, folders, or - for stdin\n\nUsage:");
  assertStringIncludes(stderr, "[options] FILE...\n");
});

Deno.test("files client ends with 1 and sends the others when a file is not there", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    for (const name of ["a", "b"]) await Deno.writeTextFile(`${folder}/${name}`, name);
    const { code, stdout, stderr } = await send(
      `${folder}/a`,
      `${folder}/none`,
      `${folder}/b`,
    );
    assertEquals(code, 1);
    assertEquals(stderr, `${folder}/none is left out: there is no such file\n`);
    assertMatch(stdout, sentLine("2 files", "; 1 not stored"));
    assertEquals(await inbox.names(), ["a", "b"]);
  });
});

Deno.test("files client says that a file was there already when it is sent again", async () => {
  await withServer({}, async ({ server, folder, send }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    await send(`${folder}/a`);
    const { code, stdout, stderr } = await send(`${folder}/a`);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("0 files", "; 1 was there already"));
    await server.stdout.until(
      /^a {2}5 B {2}.* sha256 \S+\na {2}5 B {2}.* sha256 \S+ {2}was there\n$/,
    );
  });
});

for (
  const [form, hostname] of [["127.0.0.1", "127.0.0.1"], ["[::1]", "::1"], [
    "localhost",
    "127.0.0.1",
  ]] as const
) {
  Deno.test(`files client sends to another host when --to ${form}:PORT is given`, {
    ignore: hostname === "::1" && !hasIpv6,
  }, async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/a`, "hello");
      await using inbox = await InboxFolder.make();
      await using server = await startServer("files", { hostname, args: inbox.args() });
      const to = `${form}:${server.port}`;
      const { code, stderr } = await runClient("files", {
        port: 1,
        args: [`${folder}/a`, "--to", to],
      });
      assertEquals([code, stderr], [0, ""]);
      assertEquals(await inbox.text("a"), "hello");
    });
  });
}

Deno.test("files client sends to --port when --to gives none", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    const { code } = await send(`${folder}/a`, "--to", "127.0.0.1");
    assertEquals(code, 0);
    assertEquals(await inbox.names(), ["a"]);
  });
});

Deno.test("files client names the address of --to when nobody listens there", async () => {
  const path = new URL(import.meta.url).pathname;
  const { code, stderr } = await runClient("files", {
    port: 9,
    args: [path, "--to", "127.0.0.1:1"],
  });
  assertEquals(code, 1);
  assertMatch(stderr, /^files: Cannot connect to 127\.0\.0\.1:1: nobody listens there; .*\n$/);
});

for (
  const [args, problem] of [
    [
      ["x", "--to", "host:port"],
      'The port in "host:port" takes a whole number from 1 to 65535, not "port"',
    ],
    [["x", "--simple", "--token", "t"], "--simple has neither tokens nor digests"],
    [["x", "--simple", "--receipt", "r"], "--simple has neither tokens nor digests"],
    [["x", "--dir", "d"], "--dir says where --verify looks: give both"],
    [["x", "--verify", "r"], "--verify sends nothing: leave out the files"],
    [["x", "--jobs", "0"], '--jobs takes a whole number from 1, not "0"'],
    [["x", "--rate", "fast"], '--rate takes a rate such as 512k or 2MiB/s, not "fast"'],
    [["x", "--token", "@/none/here"], "--token cannot be read from /none/here: "],
  ] as const
) {
  Deno.test(`files client ends with 2 and its usage when ${args.join(" ")} is given`, async () => {
    const { code, stdout, stderr } = await runClient("files", { port: 1, args });
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `files: ${problem}`);
    assertStringIncludes(stderr, "\n\nUsage:\n");
  });
}

Deno.test("files client --json prints one object a line when files are sent or are not", async () => {
  await withServer({}, async ({ folder, send }) => {
    const [local, none] = [`${folder}/turned\u202e/a.bin`, `${folder}/none`];
    await Deno.mkdir(`${folder}/turned\u202e`);
    await Deno.writeFile(local, someBytes(100_000));
    const { code, stdout, stderr } = await send("--json", local, none);
    assertEquals([code, stderr], [1, ""]);
    assert(!stdout.includes("\u202e"));
    const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    const { ms, ...done } = records.pop();
    assertEquals(typeof ms, "number");
    assertEquals(done, {
      event: "done",
      stored: 1,
      same: 0,
      folders: 0,
      failed: 1,
      bytes: 100_000,
    });
    const sha256 = digestOf(someBytes(100_000));
    const rest = records.filter(({ event }) => event !== "skipped");
    assertEquals(rest, [
      { event: "started", file: local, size: 100_000, offset: 0 },
      { event: "progress", file: local, sent: 100_000, size: 100_000 },
      { event: "stored", file: local, path: "a.bin", size: 100_000, sha256 },
    ]);
    assertEquals(records.filter(({ event }) => event === "skipped"), [
      { event: "skipped", file: none, reason: "there is no such file" },
    ]);
  });
});

Deno.test("files client sends less over the wire when --compress is given and it saves", async () => {
  await withServer({}, async ({ server, inbox, folder, send }) => {
    const text = "the same words again and again, and again\n".repeat(50_000);
    await Deno.writeTextFile(`${folder}/text`, text);
    await Deno.writeFile(`${folder}/noise`, someBytes(1_000_000));
    await using proxy = new RecordingProxy(server.port);
    const { code } = await runClient("files", {
      port: proxy.port,
      args: ["--compress", `${folder}/text`],
    });
    assertEquals(code, 0);
    assert(proxy.sentBytes < text.length / 10, String(proxy.sentBytes));
    assertEquals(await inbox.text("text"), text);
    const { code: noise } = await send("--compress", `${folder}/noise`);
    assertEquals(noise, 0);
    assertEquals(digestOf(await inbox.bytes("noise")), digestOf(someBytes(1_000_000)));
  });
});

Deno.test("files client --trace shows each message when a file is sent", async () => {
  await withServer({}, async ({ folder, send }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    const { code, stderr } = await send("--trace", `${folder}/a`);
    assertEquals(code, 0);
    for (const type of ["hello", "offer", "start", "end", "bye"]) {
      assertStringIncludes(stderr, type);
    }
  });
});

Deno.test("files client sends all when --rate is given at both ends", async () => {
  await withServer({ args: ["--rate", "4MiB"] }, async ({ inbox, folder, send }) => {
    await Deno.writeFile(`${folder}/a`, someBytes(300_000));
    const { code } = await send("--rate", "4MiB/s", `${folder}/a`);
    assertEquals(code, 0);
    assertEquals(digestOf(await inbox.bytes("a")), digestOf(someBytes(300_000)));
  });
});

Deno.test("files client sends 40 files over four connections when --jobs 4 is given", async () => {
  await withServer({}, async ({ server, inbox, folder, send }) => {
    const names = Array.from({ length: 40 }, (_, at) => `${at}`);
    for (const [at, name] of names.entries()) {
      await Deno.writeFile(`${folder}/${name}`, someBytes(at * 1000, at + 1));
    }
    const { code, stdout, stderr } = await send("--jobs", "4", folder);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("40 files"));
    const stored = await filesIn(inbox.path);
    assertEquals(stored.size, 40);
    const base = folder.slice(folder.lastIndexOf("/") + 1);
    for (const [at, name] of names.entries()) {
      const bytes = stored.get(`${base}/${name}`);
      assert(bytes);
      assertEquals(digestOf(bytes), digestOf(someBytes(at * 1000, at + 1)));
    }
    await server.stderr.until(/^#3 .* closed$/m);
    assertEquals(server.stderr.text.match(/ connected$/gm)?.length, 4);
  });
});

Deno.test("files client keeps the permission bits when --keep-mode is given", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    for (const name of ["kept", "plain"]) {
      await Deno.writeTextFile(`${folder}/${name}`, name);
      await Deno.chmod(`${folder}/${name}`, 0o710);
    }
    await send("--keep-mode", `${folder}/kept`);
    await send(`${folder}/plain`);
    await Deno.writeTextFile(`${folder}/new`, "");
    const [kept, plain, fresh] = await Promise.all(
      [`${inbox.path}/kept`, `${inbox.path}/plain`, `${folder}/new`].map(modeOf),
    );
    assertEquals([kept, plain], [0o710, fresh]);
  });
});

async function modeOf(path: string): Promise<number> {
  const { mode } = await Deno.stat(path);
  return (mode ?? 0) & 0o777;
}
