import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ProtocolError } from "../../codec/errors.ts";
import { programs } from "../../cli.ts";
import { ExplainedError } from "../../cli/explained_error.ts";
import { failureRecord, tellFailure } from "../../cli/failure.ts";
import { flag } from "../../cli/options.ts";
import { defineProgram } from "../../cli/program.ts";
import { StartError } from "../../cli/start_error.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { inFolder } from "../contract/folder.ts";
import { calledUrl } from "./called_url.ts";
import { runMain, Running, startServer } from "./in_process.ts";
import { keptIo } from "./kept_io.ts";
import { connectPeer } from "./peer.ts";
import { UdpPeer } from "./udp_peer.ts";

const SAMPLES: readonly (readonly [unknown, object])[] = [
  [new UsageError("Unknown option --x"), { code: "usage", what: "Unknown option --x" }],
  [
    new ExplainedError("Cannot do it", { why: "it is late", advice: ["begin sooner"] }),
    { code: "failed", what: "Cannot do it", why: "it is late", advice: ["begin sooner"] },
  ],
  [
    new StartError("Cannot use the folder x", { cause: new Deno.errors.NotADirectory() }),
    { code: "not-a-directory", what: "Cannot use the folder x" },
  ],
  [
    new DeadlineError("receive", 50),
    {
      code: "deadline-passed",
      what: "Cannot receive a message",
      why: "none came within 50 ms (receive deadline)",
    },
  ],
  [
    new ClosedError("the server hung up", { code: "connection-closed", by: "peer" }),
    { code: "connection-closed", what: "the server hung up" },
  ],
  [
    new ProtocolError("Cannot decode line: \x1b", {
      code: "bad-utf8",
      side: "remote",
      offset: 0,
      expected: "UTF-8",
      received: "1b",
    }),
    { code: "bad-utf8", what: "Cannot decode line", why: "\\x1b" },
  ],
  [
    new Deno.errors.NotFound("No such file or directory (os error 2): open 'x'"),
    { code: "not-found", what: "No such file or directory: open 'x'" },
  ],
  [new TypeError("x is not a function"), { code: "bug", what: "x is not a function" }],
  ["just text", { code: "failed", what: "just text" }],
];

for (const [error, record] of SAMPLES) {
  Deno.test(`failureRecord() makes ${JSON.stringify(record)}`, () => {
    assertEquals(JSON.parse(JSON.stringify(failureRecord(error))), { event: "failed", ...record });
  });
}

Deno.test("tellFailure() says one line for people, and a record besides where a machine reads", () => {
  const error = new ExplainedError("Cannot do it", { why: "it is late", advice: ["a", "b"] });
  const line = "x: Cannot do it: it is late; a, or b\n";
  const person = keptIo();
  tellFailure(error, { name: "x", io: person, json: false });
  assertEquals([person.out, person.about], [[], [line]]);
  const machine = keptIo();
  tellFailure(error, { name: "x", io: machine, json: true });
  assertEquals(machine.about, [line]);
  assertEquals(JSON.parse(machine.out.join("")), {
    event: "failed",
    code: "failed",
    what: "Cannot do it",
    why: "it is late",
    advice: ["a", "b"],
  });
});

Deno.test("a program whose body has a bug says so in a record, and ends with 1", async () => {
  const options = { json: flag("JSON") };
  const declaration = { kind: "client", name: "broken", summary: "", defaultPort: 1 } as const;
  const program = defineProgram({ ...declaration, options, tryIt: () => "" }, () => {
    throw new TypeError("undefined is not a function");
  });
  const ran = await runMain(program.main, ["--json"]);
  assertEquals(ran.code, 1);
  const what = "undefined is not a function";
  assertEquals(JSON.parse(ran.stdout), { event: "failed", code: "bug", what });
  assertEquals(ran.stderr, `broken: ${what}\n`);
});

for (const { kind, name, main, transport } of programs) {
  const called = kind === "server" ? ["serve", name] : [name];
  const operands = name === "files" && kind === "client" ? [new URL(import.meta.url).pathname] : [];

  Deno.test(`${called.join(" ")} --json says in a record that the command line is wrong`, async () => {
    const { code, stdout, stderr } = await runMain(main, ["--frobnicate", "--json"]);
    assertEquals(code, 2);
    const what = "Unknown option --frobnicate";
    assertEquals(JSON.parse(stdout), { event: "failed", code: "usage", what });
    assertEquals(stderr.split("\n")[0], `${name}: ${what}`);
    // A flag that stands behind -- is none.
    assertEquals((await runMain(main, ["--frobnicate", "--", "--json"])).stdout, "");
  });

  if (kind === "client") {
    // A socket for datagrams finds out nothing, and has no deadline and no TLS.
    if (transport === "udp") continue;
    const byUrl = calledUrl(name, { port: 1 }) !== undefined;
    const calls = (port: number) => calledUrl(name, { port }) ?? ["-p", String(port)];

    Deno.test(`${name} client --json says in a record that nobody listens`, async () => {
      const { code, stdout, stderr } = await runMain(main, [...calls(1), "--json", ...operands], {
        stdin: "hi\n",
      });
      assertEquals(code, 1);
      assertEquals(lastRecord(stdout), {
        event: "failed",
        code: "connection-refused",
        what: "Cannot connect to 127.0.0.1:1",
        why: "nobody listens there",
        advice: ["start the server", byUrl ? "check the URL" : "check --hostname and --port"],
      });
      assertMatch(stderr, /^\w+: Cannot connect to 127\.0\.0\.1:1: nobody listens there; .*\n$/);
    });

    Deno.test(`${name} client --json says in a record that a deadline passed`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const args = [...calls(listener.addr.port), "--json", "--idle-timeout", "20ms"];
      await using client = new Running(main, [...args, ...operands]);
      using _conn = await listener.accept();
      client.type("hi\n");
      assertEquals(await client.ended, 1);
      const { code, what, why } = lastRecord(client.stdout.text);
      assertEquals(code, "deadline-passed");
      assertStringIncludes(String(what), "Cannot keep the connection");
      assertStringIncludes(String(why), "no byte passed within 20 ms (idle deadline)");
    });

    Deno.test(`${name} client --json says in a record that TLS failed`, async () => {
      await using server = await startServer("talkback", {});
      const called = byUrl
        ? [`https://127.0.0.1:${server.port}/`]
        : ["-p", String(server.port), "--tls"];
      const args = [...called, "--json", "--connect-timeout", "5s"];
      const { code, stdout } = await runMain(main, [...args, ...operands], { stdin: "hi\n" });
      assertEquals(code, 1);
      const record = lastRecord(stdout);
      assertEquals([record.event, record.what], [
        "failed",
        `Cannot connect to 127.0.0.1:${server.port}`,
      ]);
    });
  } else {
    Deno.test(`${name} server --json says in a record that it cannot start`, () =>
      inFolder(async (folder) => {
        using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        using socket = new UdpPeer();
        const { port } = transport === "udp" ? socket : listener.addr;
        const own = { files: ["--dir", folder], push: ["--echo"] }[name] ?? [];
        const args = ["-p", String(port), "--json", ...own];
        const { code, stdout, stderr } = await runMain(main, args);
        assertEquals(code, 1);
        const { advice, ...record } = lastRecord(stdout);
        assertEquals(record, {
          event: "failed",
          code: "addr-in-use",
          what: `Cannot listen on 127.0.0.1:${port}`,
          why: record.why,
        });
        assertStringIncludes(String(record.why), "the port is in use");
        assertStringIncludes(String(advice), "with --port");
        assertEquals(stderr.split("\n").length, 2);
      }));
  }
}

Deno.test("a server --json says the code of a connection that failed, and whose it was", async () => {
  await using server = await startServer("talkback", {
    args: ["--json", "--idle-timeout", "20ms"],
  });
  await using peer = await connectPeer(server.port);
  await peer.rest();
  await server.stdout.until(/"event":"closed"/);
  const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const { code, id, address } = records.find(({ event }) => event === "failed");
  assertEquals([code, id, address.hostname], ["deadline-passed", 0, "127.0.0.1"]);
});

Deno.test("files server --json says in a record that it cannot use its folder", () =>
  inFolder(async (folder) => {
    const dir = `${folder}/file`;
    await Deno.writeTextFile(dir, "");
    const { main } = programs.find(({ kind, name }) => kind === "server" && name === "files")!;
    const { code, stdout, stderr } = await runMain(main, ["-p", "0", "--json", "--dir", dir]);
    assertEquals(code, 1);
    const record = lastRecord(stdout);
    assertEquals([record.what, record.why, record.advice], [
      `Cannot use the folder ${dir}`,
      "it is a file and no folder",
      ["name another one with --dir"],
    ]);
    const line = "it is a file and no folder; name another one with --dir";
    assertEquals(stderr, `files: Cannot use the folder ${dir}: ${line}\n`);
  }));

Deno.test("files client --json says in a record that a receipt cannot be used", () =>
  inFolder(async (folder) => {
    const { main } = programs.find(({ kind, name }) => kind === "client" && name === "files")!;
    const { code, stdout } = await runMain(main, ["--verify", `${folder}/none`, "--json"]);
    assertEquals(code, 1);
    assertEquals(lastRecord(stdout), {
      event: "failed",
      code: "not-found",
      what: `Cannot use the receipt ${folder}/none`,
      why: "there is no such file",
    });
  }));

function lastRecord(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}
