import { assert, assertEquals } from "@std/assert";
import { Inbox } from "../../../transfer/mod.ts";
import { refusalOf } from "../../../transfer/file_refused_error.ts";
import { inFolder } from "../../contract/folder.ts";
import { Child } from "../../cli/child.ts";
import { runCommand } from "../../runtime.ts";
import { takeFile, treeOf } from "../incoming.ts";
import { noSync } from "../no_sync.ts";

/**
 * Has an inbox take files while another process swaps their folder for a link that leads out, and back, as fast as it can:
 * none lands outside, and what was said to be stored is.
 */
export function testSwappedFolders({ files }: { files: number }): void {
  for (const exists of ["rename", "overwrite"] as const) {
    Deno.test(`${files} files land in the inbox or nowhere when another process swaps their folder for a link, with policy ${exists}`, () =>
      inFolder(async (folder) => {
        const base = await Deno.realPath(folder);
        const [root, outside] = [`${base}/inbox`, `${base}/outside`];
        for (const path of [`${root}/a`, outside]) await Deno.mkdir(path, { recursive: true });
        const inbox = await Inbox.open(root, { minFreeBytes: 0, sync: noSync, exists });
        const command = runCommand("tests/transfer/children/swap_folder.ts", {
          flags: [`--allow-read`, `--allow-write`],
          args: [`${root}/a`, outside],
        });
        const stored: number[] = [];
        {
          await using attacker = new Child(command);
          assertEquals(await attacker.stdout.line(), "begins", attacker.stderr.text);
          for (let at = 0; at < files; at++) {
            // Each second one wants a folder of its own.
            const path = at % 2 === 0 ? `a/${at}` : `a/in-${at}/${at}`;
            try {
              await takeFile(inbox, { path, text: `${at}` });
              stored.push(at);
            } catch (error) {
              const { code } = refusalOf(error);
              assert(["bad-name", "exists", "storage-failed"].includes(code), String(error));
            }
          }
        }
        assertEquals(await treeOf(outside), []);
        const lines = await treeOf(root);
        for (const at of stored) {
          assert(lines.some((line) => line.endsWith(`/${at}: ${at}`)), `${at} was stored`);
        }
      }));
  }
}
