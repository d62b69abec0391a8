import { assert, assertEquals, assertMatch } from "@std/assert";
import { someBytes } from "../transfer/dialogue.ts";
import { type Child, programCommand } from "../cli/child.ts";
import { needsScript, onTerminal as runOnTerminal } from "../cli/terminal.ts";
import { sentLine, withServer } from "./files_standing.ts";
import { RecordingProxy } from "./recording_proxy.ts";

const MIB = 1024 ** 2;

/** The client on a terminal of its own; what it prints on stdout goes to a file where one is given. */
function onTerminal(port: number, args: readonly string[], stdout?: string): Child {
  return runOnTerminal(programCommand("clients/files.ts", { port, args }), {
    columns: 100,
    stdout,
  });
}

/** Returns what stands on a screen's last lines after all that was written to it, without colours. */
function screen(written: string): string[] {
  const lines = [""];
  // deno-lint-ignore no-control-regex
  for (const [piece] of written.matchAll(/\r\n|\r|\x1b\[[\d;?]*[A-Za-z]|[^\r\x1b]+/g)) {
    if (piece === "\r\n") lines.push("");
    // A carriage return, or the first column; what follows is written anew.
    else if (piece === "\r" || /\[1?G$/.test(piece) || /\[[02]?[JK]$/.test(piece)) {
      lines[lines.length - 1] = "";
    } else if (!piece.startsWith("\x1b")) lines[lines.length - 1] += piece;
  }
  return lines;
}

Deno.test(
  "files client shows a bar on stderr and leaves a clean line when it runs on a terminal (needs script)",
  needsScript,
  async () => {
    await withServer({}, async ({ server, folder }) => {
      await Deno.writeFile(`${folder}/photo.jpg`, someBytes(3 * MIB));
      const out = `${folder}/out`;
      await using client = onTerminal(server.port, [`${folder}/photo.jpg`], out);
      assertEquals(await client.ended, 0);
      assertMatch(await Deno.readTextFile(out), sentLine("1 file"));
      assertMatch(client.stdout.text, / \d+% [█░]+ \S+\/3\.00 MiB/);
      assertEquals(screen(client.stdout.text), [""]);
    });
  },
);

Deno.test(
  "files client shows how far it is while it waits on a terminal (needs script)",
  needsScript,
  async () => {
    await withServer({}, async ({ server, folder }) => {
      await Deno.writeFile(`${folder}/a.bin`, new Uint8Array(64 * MIB));
      await using proxy = new RecordingProxy(server.port, { stallAfterBytes: 4 * MIB });
      await using client = onTerminal(proxy.port, [`${folder}/none`, `${folder}/a.bin`]);
      await client.stdout.until(/\/none is left out: there is no such file\r\n/);
      await client.stdout.until(/ [1-9]\d?% [█░]+ \d\S*\/64\.0 MiB .*a\.bin/);
      await client.type("\x03");
      assertEquals(await client.ended, 130);
      const lines = screen(client.stdout.text).filter((line) => line !== "");
      assertMatch(lines.at(-1) ?? "", /^files: Interrupted: what has arrived is kept, /);
      assertMatch(lines.at(-2) ?? "", /a\.bin stopped at \S+ MiB$/);
      assert(!lines.some((line) => line.includes("█")), lines.join("\n"));
    });
  },
);

Deno.test(
  "files client draws nothing when it runs on a terminal with --json (needs script)",
  needsScript,
  async () => {
    await withServer({}, async ({ server, folder }) => {
      await Deno.writeTextFile(`${folder}/a`, "hello");
      await using client = onTerminal(server.port, ["--json", `${folder}/a`]);
      assertEquals(await client.ended, 0);
      assert(!client.stdout.text.includes("\x1b"));
      for (const line of client.stdout.text.trimEnd().split("\r\n")) JSON.parse(line);
    });
  },
);
