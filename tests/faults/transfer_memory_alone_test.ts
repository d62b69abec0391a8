import { assert, assertEquals } from "@std/assert";
import { connectFiles } from "../../clients/files.ts";
import { findFiles, sendFiles } from "../../transfer/mod.ts";
import { serveFiles } from "../../servers/files.ts";
import { canSeeMemory, memoryOf } from "./memory.ts";

const MIB = 1 << 20;
const FILE_BYTES = 100 * MIB;
const MAX_GROWTH_BYTES = 64 * MIB;

/** Sends a sparse file of a size to a server in this process; returns the most memory that was seen on the way. */
async function sendSparse(
  { folder, name, bytes, compress }: {
    folder: string;
    name: string;
    bytes: number;
    compress: boolean;
  },
): Promise<number> {
  const path = `${folder}/${name}`;
  await Deno.writeFile(path, new Uint8Array(0));
  await Deno.truncate(path, bytes);
  await using server = await serveFiles({
    port: 0,
    dir: `${folder}/inbox`,
    onEvent: () => {},
  });
  const port = "port" in server.addr ? server.addr.port : 0;
  let most = 0;
  let blocks = 0;
  const looks: Promise<void>[] = [];
  await sendFiles(findFiles([path]), {
    connect: () => connectFiles({ port }),
    compress,
    onBytes() {
      if (blocks++ % 20 !== 0) return;
      looks.push(
        memoryOf(Deno.pid).then((held) => {
          most = Math.max(most, held);
        }),
      );
    },
  });
  await Promise.all(looks);
  assertEquals((await Deno.stat(`${folder}/inbox/${name}`)).size, bytes);
  await Deno.remove(`${folder}/inbox/${name}`);
  return Math.max(most, await memoryOf(Deno.pid));
}

/** What is sent before: what is compressed leaves garbage, of which there is as much as there ever is after a while. */
const WARM_BYTES = { "sent as it is": 20 * MIB, compressed: FILE_BYTES };

for (const how of ["sent as it is", "compressed"] as const) {
  Deno.test({
    name:
      `a transfer of 100 MiB takes no more memory than the one before when it is ${how} (needs /proc)`,
    ignore: !canSeeMemory,
    async fn() {
      const folder = await Deno.makeTempDir();
      const compress = how === "compressed";
      const bytes = WARM_BYTES[how];
      const before = await sendSparse({ folder, name: "warm", bytes, compress });
      const most = await sendSparse({ folder, name: "big", bytes: FILE_BYTES, compress });
      await Deno.remove(folder, { recursive: true });
      const grown = most - before;
      assert(grown < MAX_GROWTH_BYTES, `It grew by ${Math.round(grown / MIB)} MiB`);
    },
  });
}
