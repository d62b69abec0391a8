import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { programs } from "../../cli.ts";
import { connectFiles } from "../../clients/files.ts";
import { connectGreeting } from "../../clients/greeting.ts";
import { connectReverse } from "../../clients/reverse.ts";
import { connectTalkback } from "../../clients/talkback.ts";
import { serveFiles } from "../../servers/files.ts";
import { serveGreeting } from "../../servers/greeting.ts";
import { serveReverse } from "../../servers/reverse.ts";
import { serveTalkback } from "../../servers/talkback.ts";
import { Child, run } from "../cli/child.ts";
import { runMain, Running } from "../cli/in_process.ts";
import { inFolder, namesIn } from "../contract/folder.ts";
import { onNode, runCommand } from "../runtime.ts";

const ignore = Deno.build.os === "windows";

/** What each client is given to do, and what it prints then. */
const TALKS: Readonly<Record<string, { args: readonly string[]; stdin: string; heard: RegExp }>> = {
  greeting: { args: ["Ho"], stdin: "", heard: /\nI heard you\.\nGoodbye!\n$/ },
  reverse: { args: ["Ho"], stdin: "", heard: /^oH\n$/ },
  talkback: { args: [], stdin: "Ho\nquit\n", heard: /\nYou said 'Ho'\.\nGoodbye!\n$/ },
  files: { args: ["-"], stdin: "Ho", heard: /^Sent 1 file, 2 B / },
};

for (
  const { name, main } of programs.filter(({ kind, name }) => kind === "server" && name in TALKS)
) {
  const client = programs.find((one) => one.kind === "client" && one.name === name)!;
  const { args, stdin, heard } = TALKS[name]!;
  const own = (folder: string) => name === "files" ? ["--dir", `${folder}/inbox`] : [];

  Deno.test(`${name} server and client talk over --unix, and the file is gone at the end`, {
    ignore,
  }, () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.sock`;
      await using server = new Running(main, ["--unix", path, "--json", ...own(folder)]);
      await server.stderr.until(/\n/);
      assertEquals(server.stderr.text, `${name} listening on ${path}\n`);
      assertEquals((Deno.lstatSync(path).mode ?? 0) & 0o777, 0o600);
      const talk = await runMain(client.main, ["--unix", path, ...args], { stdin });
      assertEquals([talk.code, talk.stderr], [0, ""]);
      assertMatch(talk.stdout, heard);
      server.stop();
      assertEquals(await server.ended, 0);
      const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
      assertEquals(records[0], { event: "listening", name, transport: "unix", path });
      const opened = records.find(({ event }) => event === "opened");
      assertEquals(opened.address.transport, "unix");
      assertEquals((await namesIn(folder)).filter((file) => file !== "inbox"), []);
    }));

  Deno.test(`${name} server takes the place of one that was killed, and of none that runs`, {
    ignore,
  }, () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.sock`;
      const left = runCommand("tests/cli/children/left_socket.ts", { flags: ["-A"], args: [path] });
      await run(left);
      await using server = new Running(main, ["--unix", path, ...own(folder)]);
      await server.stderr.until(/ listening on .*\n/);
      const second = await runMain(main, ["--unix", path, "--json", ...own(folder)]);
      assertEquals(second.code, 1);
      assertEquals(JSON.parse(second.stdout), {
        event: "failed",
        code: "addr-in-use",
        what: `Cannot listen on ${path}`,
        why: "a server listens there already",
        advice: ["take another path with --unix"],
      });
    }));

  for (
    const [flags, problem] of [
      [["--port", "1"], "--unix says where already: leave out --port"],
      [["127.0.0.1"], "--unix says where already: leave out 127.0.0.1"],
      [
        ["--allow", "::1"],
        "--allow does not go with --unix: its clients have no address",
      ],
      [
        ["--max-connections-per-address", "2"],
        "--max-connections-per-address does not go with --unix: its clients have no address",
      ],
      [
        ["--cert", "c", "--key", "k"],
        "--cert does not go with --unix: what passes there never leaves this machine",
      ],
    ] as const
  ) {
    Deno.test(`${name} server ends with 2 when --unix stands beside ${flags[0]}`, async () => {
      const { code, stderr } = await runMain(main, ["--unix", "a.sock", ...flags]);
      assertEquals(code, 2);
      assertEquals(stderr.split("\n")[0], `${name}: ${problem}`);
    });
  }

  Deno.test(
    `${name} client says what would help when there is no such socket`,
    { ignore },
    () =>
      inFolder(async (folder) => {
        const path = `${folder}/a.sock`;
        const { code, stderr } = await runMain(client.main, ["--unix", path, ...args], { stdin });
        assertEquals(code, 1);
        assertEquals(
          stderr,
          `${name}: Cannot connect to ${path}: there is no such socket; start the server, ` +
            "or check --unix\n",
        );
        const tls = await runMain(client.main, ["--unix", path, "--tls", ...args], { stdin });
        assertEquals(tls.code, 2);
        assertStringIncludes(tls.stderr, "--tls does not go with --unix: ");
      }),
  );

  Deno.test({
    name: `${name} server runs over --unix with the flags that it names itself (needs permissions)`,
    ignore: ignore || onNode,
    fn: () =>
      inFolder(async (folder) => {
        const path = `${await Deno.realPath(folder)}/a.sock`;
        const file = `servers/${name}.ts`;
        const reach = name === "files"
          ? [`--allow-read=${folder}`, `--allow-write=${folder}`, "--allow-sys=statfs"]
          : [];
        const asked = ["--unix", path, ...own(folder)];
        const denied = await run(runCommand(file, { flags: reach, args: asked }));
        const [, flags = ""] = /; add (.*) to the command\n$/.exec(denied.stderr) ?? [];
        assertStringIncludes(flags, `--allow-net=unix:${path}`);
        const command = runCommand(file, { flags: [...reach, ...flags.split(" ")], args: asked });
        await using server = new Child(command);
        await server.stderr.until(new RegExp(`^${name} listening on .*a\\.sock\n`));
        server.signal("SIGTERM");
        assertEquals(await server.ended, 0);
      }),
  });
}

Deno.test(
  "every server function says where it listens, on a port and on a Unix socket",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const unix = `${folder}/a.sock`;
      const dir = `${folder}/inbox`;
      for (
        const serve of [
          async (where: { port: 0 } | { unix: string }) => {
            await using server = serveGreeting(where);
            await using client = await connectGreeting(placeOf(server.addr));
            return [server.addr, await client.receive()];
          },
          async (where: { port: 0 } | { unix: string }) => {
            await using server = serveReverse(where);
            await using client = await connectReverse(placeOf(server.addr));
            await client.send("Ho");
            return [server.addr, await client.receive()];
          },
          async (where: { port: 0 } | { unix: string }) => {
            await using server = serveTalkback(where);
            await using client = await connectTalkback(placeOf(server.addr));
            return [server.addr, await client.receive()];
          },
          async (where: { port: 0 } | { unix: string }) => {
            await using server = await serveFiles({ ...where, dir });
            await using client = await connectFiles(placeOf(server.addr));
            await client.send(new TextEncoder().encode("2::txt::Ho"));
            return [server.addr, await client.receive()];
          },
        ]
      ) {
        const [overTcp, heard] = await serve({ port: 0 });
        const [overUnix, heardAsWell] = await serve({ unix });
        assert(heard !== undefined && heardAsWell !== undefined);
        assertStringIncludes(JSON.stringify(overTcp), '"hostname":"127.0.0.1","port":');
        assertEquals(overUnix, { transport: "unix", path: unix });
      }
      // Whoever asked for a port gets an address that has one, by its type as well.
      await using server = serveTalkback({ port: 0 });
      assertEquals(typeof server.addr.port, "number");
    }),
);

function placeOf(addr: Deno.NetAddr | Deno.UnixAddr): { port: number } | { unix: string } {
  return "path" in addr ? { unix: addr.path } : { port: addr.port };
}
