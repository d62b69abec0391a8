import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../../codec/hashing.ts";
import { someBytes } from "../transfer/dialogue.ts";
import { FilesServer } from "./files_server.ts";

const MIB = 1024 ** 2;

/** Registers the test of one file of so many MiB. */
export function testLargeFile(mebibytes: number): void {
  Deno.test(`files server stores a file of ${mebibytes} MiB when one is sent`, async () => {
    await using server = await FilesServer.start();
    await using peer = await server.connect();
    const size = mebibytes * MIB;
    const block = someBytes(MIB);
    const digest = sha256();
    await peer.send(`${size}::bin::`);
    for (let sent = 0; sent < mebibytes; sent++) {
      await peer.send(block);
      digest.update(block);
    }
    await peer.until(/^-end-$/);
    await server.stop();
    const [event] = server.files;
    assert(event?.type === "stored");
    assertEquals([event.size, event.sha256], [size, digest.digest()]);
    assertEquals((await Deno.stat(`${server.inbox.path}/${event.path}`)).size, size);
  });
}
