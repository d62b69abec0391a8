// Publishes a finished file as x.txt, and prints the name that it got. Arguments: the folder, the file, the policy.
import { locate } from "../../../transfer/inbox/place.ts";
import { type ExistsPolicy, publish } from "../../../transfer/inbox/publish.ts";

const [folder = "", part = "", policy] = Deno.args;
const place = await locate(folder, "x.txt");
// The test says one of the four.
console.log(String(await publish(part, { place, policy: policy as ExistsPolicy })));
