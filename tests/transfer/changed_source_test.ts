import { renameSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { connectFiles } from "../../clients/files.ts";
import { serveFiles } from "../../servers/files.ts";
import {
  type FileSendResult,
  findFiles,
  sendFiles,
  type SendFilesOptions,
  sendSimpleFiles,
} from "../../transfer/mod.ts";
import { installed } from "../cli/child.ts";
import { inFolder, makePipe, namesIn } from "../contract/folder.ts";
import { someBytes } from "./dialogue.ts";

const MIB = 1 << 20;
/** What is sent: several blocks. */
const CONTENT = someBytes(4 * MIB);

/** What is done to a file before it is opened or while it goes, and what becomes of it. */
interface Case {
  readonly what: string;
  readonly before?: (path: string) => Promise<void>;
  readonly during?: (path: string) => void;
  /** Why it is not stored; undefined when it is. */
  readonly reason?: string;
  readonly needs?: string;
}

const CASES: readonly Case[] = [
  {
    what: "written anew in its place, and its time set back",
    during(path) {
      const { atime, mtime } = statSync(path);
      writeFileSync(path, someBytes(CONTENT.length, 2));
      utimesSync(path, atime, mtime);
    },
    reason: "it was changed while it was sent",
  },
  {
    what: "cut off behind what is read",
    during: (path) => truncateSync(path, 10),
    reason: "it became shorter while it was sent",
  },
  {
    what: "a log that grows",
    during: (path) => writeFileSync(path, CONTENT.subarray(0, 10), { flag: "a" }),
  },
  {
    what: "given away to a file with another content",
    during(path) {
      writeFileSync(`${path}.new`, someBytes(10));
      renameSync(`${path}.new`, path);
    },
  },
  {
    what: "a pipe when it is opened",
    async before(path) {
      await Deno.remove(path);
      await makePipe(path);
    },
    reason: "something else is there than a moment ago",
    needs: "mkfifo",
  },
  {
    what: "a link when it is opened",
    async before(path) {
      await Deno.rename(path, `${path}.was`);
      await Deno.symlink("/etc/hostname", path);
    },
    reason: "something else is there than a moment ago",
  },
];

for (const format of ["parcel", "simple"] as const) {
  for (const { what, before, during, reason, needs } of CASES) {
    const outcome = reason === undefined ? "stored" : "failed";
    const said = needs === undefined ? "" : ` (needs ${needs})`;
    const options = { ignore: needs !== undefined && !installed(needs) };
    Deno.test(
      `a file is ${outcome} in the ${format} format when it is ${what}${said}`,
      options,
      () =>
        inFolder(async (root) => {
          const path = `${root}/a.bin`;
          await Deno.writeFile(path, CONTENT);
          const dir = `${root}/inbox`;
          await using server = await serveFiles({
            port: 0,
            dir,
            minFreeBytes: 0,
            onEvent: () => {},
          });
          const results: FileSendResult[] = [];
          let isDone = false;
          const settings: SendFilesOptions = {
            retries: 0,
            async connect() {
              // The file has been found by now, and is not open.
              await before?.(path);
              return await connectFiles({ port: server.addr.port });
            },
            onBytes() {
              if (!isDone) during?.(path);
              isDone = true;
            },
            onDone: (_, result) => void results.push(result),
          };
          await (format === "simple" ? sendSimpleFiles : sendFiles)(findFiles([path]), settings);
          await server.shutdown();
          const [result] = results;
          assertEquals(result?.outcome, outcome);
          const whole = (await namesIn(dir)).filter((name) => !name.endsWith(".part"));
          if (reason === undefined) {
            assertEquals(await Deno.readFile(`${dir}/${whole[0]}`), CONTENT);
          } else {
            assertEquals("reason" in result! && [result.code, result.reason], ["changed", reason]);
            assertEquals(whole, []);
          }
        }),
    );
  }
}
