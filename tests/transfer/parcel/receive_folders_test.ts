import { assertEquals } from "@std/assert";
import { hear, HELLO, openWelcomed, sendFile } from "../dialogue.ts";
import { treeOf } from "../incoming.ts";

Deno.test("receiveFiles() makes at most maxEmptyFolders folders that it was offered, and says which were there", async () => {
  await using receiving = await openWelcomed({ inbox: { limits: { maxEmptyFolders: 3 } } });
  const { peer, folder } = receiving;
  await Deno.mkdir(`${folder}/there`);
  const offer = async (id: number, path: string) =>
    await peer.send({ type: "offer", id, kind: "folder", path, size: 0, mtimeMs: null });
  for (const [id, path] of ["there", "a", "b/c"].entries()) await offer(id, path);
  const first = await hear(peer, "stored");
  assertEquals([first.id, first.same], [0, true]);
  // When this is stored the offers before it have been looked at.
  await sendFile(peer, { path: "x", bytes: HELLO, id: 5 });
  for (const [at, path] of ["d", "a"].entries()) await offer(at + 3, path);
  const refused = await hear(peer, "refused");
  assertEquals([refused.id, refused.code], [3, "session-full"]);
  await Deno.remove(`${folder}/x`);
  assertEquals(await treeOf(folder), ["there/"]);
  await peer.send({ type: "bye" });
  const stored = [];
  for (let count = 0; count < 3; count++) stored.push(await hear(peer, "stored"));
  assertEquals(stored.map(({ id }) => id).toSorted(), [1, 2, 4]);
  assertEquals(stored.filter(({ same }) => same).length, 1);
  await hear(peer, "bye");
  assertEquals(await treeOf(folder), ["a/", "b/", "b/c/", "there/"]);
});
