import { assert, assertEquals, assertRejects } from "@std/assert";
import { inFolder, makePipe } from "../../contract/folder.ts";
import { onNode } from "../../runtime.ts";

const ignore = !onNode || Deno.build.os !== "linux";

/** Says whether this process has a file open. */
async function isOpen(path: string): Promise<boolean> {
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    // What read the folder is among them, and gone.
    if (await Deno.realPath(`/proc/self/fd/${name}`).catch(() => "") === path) return true;
  }
  return false;
}

Deno.test("close() keeps the descriptor until the system's own read is over (needs Node)", {
  ignore,
}, () =>
  inFolder(async (folder) => {
    const path = `${await Deno.realPath(folder)}/pipe`;
    await makePipe(path);
    const reader = await Deno.open(path, { read: true, write: true });
    const reading = reader.read(new Uint8Array(1));
    reader.close();
    await assertRejects(() => reading, Deno.errors.Interrupted);
    assert(await isOpen(path));
    const writer = await Deno.open(path, { read: true, write: true });
    await writer.write(new Uint8Array(1));
    writer.close();
    // The thread that read tells of it when it gets to run.
    while (await isOpen(path)) await new Promise((resolve) => setTimeout(resolve, 1));
  }));

Deno.test(
  "close() closes the descriptor before it returns when nothing is under way (needs Node)",
  {
    ignore,
  },
  () =>
    inFolder(async (folder) => {
      const path = `${await Deno.realPath(folder)}/file`;
      const file = await Deno.open(path, { write: true, create: true });
      await file.write(new Uint8Array(1));
      assertEquals(await isOpen(path), true);
      file.close();
      assertEquals(await isOpen(path), false);
    }),
);

Deno.test(
  "Deno.mkdir() ends where a folder cannot hold another and says it is missing (needs Node)",
  {
    ignore,
  },
  async () => {
    await assertRejects(() => Deno.mkdir("/proc/x/y", { recursive: true }), Deno.errors.NotFound);
  },
);

Deno.test(
  "a device is read and written as a file is (needs Node)",
  { ignore },
  async () => {
    using device = await Deno.open("/dev/full", { read: true, write: true });
    const into = new Uint8Array([1, 1]);
    assertEquals([await device.read(into), ...into], [2, 0, 0]);
    const error = await assertRejects(() => device.write(into), Error);
    assertEquals(error.message, "No space left on device (os error 28)");
  },
);
