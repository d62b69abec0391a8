import { assertEquals } from "@std/assert";
import { hear, openWelcomed } from "../dialogue.ts";
import { treeOf } from "../incoming.ts";

Deno.test("receiveFiles() makes at most maxEmptyFolders folders that it was offered, and says which were there", async () => {
  await using receiving = await openWelcomed({ inbox: { limits: { maxEmptyFolders: 3 } } });
  const { peer, folder } = receiving;
  await Deno.mkdir(`${folder}/there`);
  const offer = async (id: number, path: string) =>
    await peer.send({ type: "offer", id, kind: "folder", path, size: 0, mtimeMs: null });
  for (const [id, path] of ["there", "a", "b/c"].entries()) {
    await offer(id, path);
    assertEquals((await hear(peer, "stored")).same, path === "there");
  }
  await offer(3, "d");
  assertEquals((await hear(peer, "refused")).code, "session-full");
  await offer(4, "a");
  assertEquals((await hear(peer, "stored")).same, true);
  assertEquals(await treeOf(folder), ["a/", "b/", "b/c/", "there/"]);
});
