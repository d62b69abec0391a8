import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parleyCommandOf } from "../cli/commands.ts";
import { VERSION } from "../cli/version.ts";
import { main, programs } from "../cli.ts";
import { Child, run } from "./cli/child.ts";
import { runMain, Running, startServer } from "./cli/in_process.ts";
import { runCommand } from "./runtime.ts";
import { connectPeer } from "./cli/peer.ts";

function parley(args: readonly string[], net: string): string[] {
  return runCommand("cli.ts", { flags: [`--allow-net=${net}`], args });
}

for (const args of [["--help"], ["-h"], ["help"]]) {
  Deno.test(`parley lists every program when it reads ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await runMain(main, args);
    assertEquals([code, stderr], [0, ""]);
    // A row may have several lines.
    const words = stdout.replaceAll(/\s+/g, " ");
    for (const program of programs) {
      const { defaultPort, summary, transport } = program;
      const address = `127.0.0.1:${defaultPort}${transport === "udp" ? " (UDP)" : ""}`;
      assertStringIncludes(words, ` ${parleyCommandOf(program)} ${address} ${summary} parley `);
    }
  });
}

for (const arg of ["--version", "-v", "-V"]) {
  Deno.test(`parley prints its version when it reads ${arg}`, async () => {
    for (const [name, args] of [["parley", [arg]], ["tour", ["tour", arg]]] as const) {
      const expected = { code: 0, stdout: `${name} ${VERSION}\n`, stderr: "" };
      assertEquals(await runMain(main, args), expected);
    }
  });
}

for (const args of [["serve", "--help"], ["serve", "-h"], ["help", "serve"], ["help", "help"]]) {
  Deno.test(`parley lists every program when it reads ${args.join(" ")}`, async () => {
    assertEquals(await runMain(main, args), await runMain(main, ["--help"]));
  });
}

for (const args of [["help", "tour"], ["tour", "--help"], ["tour", "-h"]]) {
  Deno.test(`parley lists the scenes when it reads ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await runMain(main, args);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\n {2}reverse +Characters, not bytes\n/);
  });
}

Deno.test("parley help ends with 2 when there is no such program", async () => {
  const client = await runMain(main, ["help", "talkbak"]);
  assertEquals([client.code, client.stdout], [2, ""]);
  assertMatch(client.stderr, /^parley: there is no client "talkbak"; did you mean talkback\?\n/);
  const server = await runMain(main, ["help", "serve", "ftp"]);
  assertEquals([server.code, server.stderr.split("\n")[0]], [
    2,
    'parley: there is no server "ftp"',
  ]);
});

Deno.test("parley says in a record that the command line is wrong when --json is in it", async () => {
  const { code, stdout, stderr } = await runMain(main, ["talkbak", "--json"]);
  assertEquals(code, 2);
  const what = 'there is no client "talkbak"; did you mean talkback?';
  assertEquals(JSON.parse(stdout), { event: "failed", code: "usage", what });
  assertMatch(stderr, /^parley: there is no client "talkbak"/);
});

for (const letter of ["-v", "-V", "-h"]) {
  Deno.test(`every program knows ${letter}`, async () => {
    for (const { main, kind, name } of programs) {
      const { code, stdout, stderr } = await runMain(main, [letter]);
      assertEquals([code, stderr], [0, ""]);
      const expected = letter === "-h" ? `The ${name} ${kind} ` : `${name} ${VERSION}\n`;
      assert(stdout.startsWith(expected));
    }
  });
}

for (const { kind, name } of programs) {
  const called = kind === "server" ? ["serve", name] : [name];
  Deno.test(`parley ${called.join(" ")} is that program when it is called`, async () => {
    const help = await runMain(main, [...called, "--help"]);
    assertEquals(await runMain(main, ["help", ...called]), help);
    assertEquals([help.code, help.stderr], [0, ""]);
    assertMatch(help.stdout, new RegExp(`^The ${name} ${kind} `));
    const wrong = await runMain(main, [...called, "--frobnicate"]);
    assertEquals([wrong.code, wrong.stdout], [2, ""]);
    assertMatch(wrong.stderr, new RegExp(`^${name}: Unknown option --frobnicate\n`));
  });
}

for (
  const [args, problem] of [
    [[], "say which program to run"],
    [["serve"], "serve needs the name of a server"],
    [["talkbak"], 'there is no client "talkbak"; did you mean talkback?'],
    [["serve", "revers"], 'there is no server "revers"; did you mean reverse?'],
    [["sreve"], 'there is no client "sreve"; did you mean serve?'],
    [["serve", "ftp"], 'there is no server "ftp"'],
    [["--halp"], 'there is no client "--halp"; did you mean --help?'],
    [["\x1b[2J"], 'there is no client "\\u001b[2J"'],
  ] as const
) {
  Deno.test(`parley ends with 2 and its usage when it reads [${args.join(" ")}]`, async () => {
    const { code, stdout, stderr } = await runMain(main, args);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(stderr.split("\n")[0], `parley: ${problem}`);
    assertStringIncludes(stderr, "\nUsage: parley serve NAME");
  });
}

Deno.test("parley tour shows the scenes that are asked for when it is called", async () => {
  const { code, stdout, stderr } = await runMain(main, ["tour", "reverse"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^\nreverse: .*\n/);
  assertMatch(stdout, /\n\d+ checks passed, 0 failed\n$/);
});

Deno.test("parley serve and its client talk when both are called by name", async () => {
  await using server = new Child(parley(["serve", "talkback", "--port", "0"], "127.0.0.1:0"));
  const [, port = ""] = await server.stderr.until(/^talkback listening on 127\.0\.0\.1:(\d+)\n/);
  const command = parley(["talkback", "--port", port], `127.0.0.1:${port}`);
  const client = await run(command, { stdin: "hello\nquit\n" });
  assertEquals([client.code, client.stderr], [0, ""]);
  assertStringIncludes(client.stdout, "\nYou said 'hello'.\nGoodbye!\n");
  await using peer = await connectPeer(Number(port));
  await peer.lines(3);
  server.signal("SIGINT");
  assertEquals(await peer.rest(), "The server is shutting down. Goodbye!\n");
  peer.close();
  assertEquals(await server.ended, 130);
});

for (const form of ["HOST PORT", "HOST:PORT", "PORT", ":PORT", "HOST -p PORT", "--to HOST:PORT"]) {
  Deno.test(`parley talkback ${form} calls that address`, async () => {
    await using server = await startServer("talkback", {});
    const typed = form.replace("HOST", "127.0.0.1").replace("PORT", String(server.port)).split(" ");
    const talk = await runMain(main, ["talkback", ...typed], { stdin: "hello\nquit\n" });
    assertEquals([talk.code, talk.stderr], [0, ""]);
    assertStringIncludes(talk.stdout, "\nYou said 'hello'.\nGoodbye!\n");
  });
}

for (const form of ["127.0.0.1 0", "127.0.0.1:0", "0", ":0", "127.0.0.1 -p 0"]) {
  Deno.test(`parley serve talkback ${form} listens on that address`, async () => {
    await using server = new Running(main, ["serve", "talkback", ...form.split(" ")]);
    await server.stderr.until(/^talkback listening on 127\.0\.0\.1:[1-9]\d*\n/);
    server.stop();
    assertEquals(await server.ended, 0);
    assertMatch(server.stderr.text, /\ntalkback stopped\n$/);
  });
}

for (
  const [args, problem] of [
    ["talkback [[::1]]", 'The address takes HOST, HOST:PORT or [::1]:PORT, not "[[::1]]": '],
    ["talkback [::1:8081]:8081", "The address takes HOST, HOST:PORT or [::1]:PORT, not "],
    ["talkback tcp://host:1", "The address takes HOST, HOST:PORT or [::1]:PORT, not "],
    ["talkback host:0", 'The port in "host:0" takes a whole number from 1 to 65535, not "0"'],
    ["talkback --hostname [[::1]]", '--hostname takes a host, not "[[::1]]": '],
    ["files x --to http://host/", "--to takes HOST, HOST:PORT or [::1]:PORT, not "],
    ["serve talkback 127.0.0.1:65536", 'The port in "127.0.0.1:65536" takes a whole number from 0'],
    ["serve reverse --gap 50", "--gap needs a unit: say 50ms or 50s"],
  ] as const
) {
  Deno.test(`parley ${args} ends with 2 and says what is wrong`, async () => {
    const { code, stdout, stderr } = await runMain(main, args.split(" "));
    assertEquals([code, stdout], [2, ""]);
    assert(stderr.includes(`: ${problem}`), stderr);
  });
}

Deno.test("parley gives its program's exit code when that fails", async () => {
  const { code, stderr } = await runMain(main, ["reverse", "--port", "1", "hi"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^reverse: Cannot connect to 127\.0\.0\.1:1: nobody listens there; .*\n$/);
});
