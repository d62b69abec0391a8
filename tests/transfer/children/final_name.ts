// Publishes a finished file as x.txt, and prints the name that it got. Arguments: the folder, the file, the policy.
import { DiskSync } from "../../../transfer/inbox/disk_sync.ts";
import { InboxFolders } from "../../../transfer/inbox/inbox_folders.ts";
import { locate } from "../../../transfer/inbox/place.ts";
import { type ExistsPolicy, giveName } from "../../../transfer/inbox/final_name.ts";

const [folder = "", part = "", policy] = Deno.args;
const diskSync = new DiskSync();
const name = await giveName(part, {
  info: await Deno.lstat(part),
  place: await locate(folder, "x.txt"),
  // The test says one of the four.
  policy: policy as ExistsPolicy,
  folders: new InboxFolders(folder, { diskSync }),
  diskSync,
});
console.log(String(name));
