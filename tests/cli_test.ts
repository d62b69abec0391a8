import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parleyCommandOf } from "../cli/commands.ts";
import { VERSION } from "../cli/version.ts";
import { main, programs } from "../cli.ts";
import { Child, run } from "./cli/child.ts";
import { runMain } from "./cli/in_process.ts";
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
      const { defaultPort, summary } = program;
      assertStringIncludes(
        words,
        ` ${parleyCommandOf(program)} 127.0.0.1:${defaultPort} ${summary} parley `,
      );
    }
  });
}

Deno.test("parley prints its version when it is asked", async () => {
  assertEquals(await runMain(main, ["--version"]), {
    code: 0,
    stdout: `parley ${VERSION}\n`,
    stderr: "",
  });
});

for (const { kind, name } of programs) {
  const called = kind === "server" ? ["serve", name] : [name];
  Deno.test(`parley ${called.join(" ")} is that program when it is called`, async () => {
    const help = await runMain(main, [...called, "--help"]);
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

Deno.test("parley gives its program's exit code when that fails", async () => {
  const { code, stderr } = await runMain(main, ["reverse", "--port", "1", "hi"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^reverse: Cannot connect to 127\.0\.0\.1:1: nobody listens there; .*\n$/);
});
