import { assert, assertEquals } from "@std/assert";
import { LocalFolders } from "../../transfer/local_folders.ts";
import { inFolder } from "../contract/folder.ts";

/** Folders whose types the test says. */
function folders(types: Readonly<Record<string, number | Error>>) {
  const asked: string[] = [];
  const time = { now: 0 };
  const known = new LocalFolders({
    now: () => time.now,
    typeOf: (folder) => {
      asked.push(folder);
      const type = types[folder] ?? 0;
      return typeof type === "number" ? Promise.resolve(type) : Promise.reject(type);
    },
  });
  return { known, asked, time };
}

Deno.test("LocalFolders tells the disks of this machine from all others, and counts what it does not know as remote", async () => {
  const types = {
    ext4: 0xef53,
    tmpfs: 0x01021994,
    xfs: 0x58465342,
    btrfs: 0x9123683e,
    nfs: 0x6969,
    cifs: 0xff534d42,
    smb2: 0xfe534d42,
    fuse: 0x65735546,
    "9p": 0x01021997,
    ceph: 0x00c36400,
    overlay: 0x794c7630,
    windows: 0,
  };
  const { known } = folders(types);
  for (const folder of Object.keys(types)) {
    assertEquals(known.has(folder), undefined, "nobody has asked yet");
    const learning = known.learn(folder);
    assertEquals(known.has(folder), false, "nobody has answered yet");
    await learning;
  }
  const local = Object.keys(types).filter((folder) => known.has(folder));
  assertEquals(local, ["ext4", "tmpfs", "xfs", "btrfs"]);
});

Deno.test("LocalFolders knows for a minute, and nothing of a folder that was missing", async () => {
  const { known, asked, time } = folders({ a: 0xef53, missing: new Error("ENOENT") });
  await known.learn("a");
  time.now = 59_999;
  assert(known.has("a"));
  assertEquals(asked, ["a"]);
  time.now = 60_000;
  assertEquals(known.has("a"), undefined);
  await known.learn("a");
  assert(known.has("a"));
  assertEquals(asked, ["a", "a"]);
  await known.learn("missing");
  assertEquals(known.has("missing"), undefined);
});

Deno.test("LocalFolders goes by how fast the answers come when Deno forbids to ask", async () => {
  const { known } = folders({ a: new Deno.errors.NotCapable("Requires sys access") });
  await known.learn("a");
  assert(known.has("a"));
});

Deno.test("LocalFolders forgets all when it knows too many folders", async () => {
  const { known } = folders({ a: 0xef53 });
  await known.learn("a");
  for (let folder = 0; folder < 4_096; folder++) await known.learn(`${folder}`);
  assertEquals(known.has("a"), undefined);
});

Deno.test("LocalFolders knows the folder of a test when the system is asked", () =>
  inFolder(async (folder) => {
    const known = new LocalFolders();
    await known.learn(folder);
    assertEquals(typeof known.has(folder), "boolean");
    await known.learn(`${folder}/none`);
    assertEquals(known.has(`${folder}/none`), undefined);
  }));
