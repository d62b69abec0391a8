// Publishes a finished file as x.txt, and prints the name that it got. Arguments: the folder, the file, the policy.
import { DiskSync } from "../../../transfer/inbox/disk_sync.ts";
import { locate } from "../../../transfer/inbox/place.ts";
import { type ExistsPolicy, giveName } from "../../../transfer/inbox/final_name.ts";

const [folder = "", part = "", policy] = Deno.args;
const place = await locate(folder, "x.txt");
// The test says one of the four.
console.log(
  String(await giveName(part, { place, policy: policy as ExistsPolicy, diskSync: new DiskSync() })),
);
