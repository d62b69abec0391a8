// Prints what there is to send, from a folder. Arguments: the folder, the paths.
import process from "node:process";
import { findFiles } from "../../../transfer/mod.ts";

const [folder = "", ...paths] = Deno.args;
process.chdir(folder);
for await (const source of findFiles(paths)) {
  const { local } = source;
  console.log(source.kind === "skipped" ? `skipped ${local}: ${source.reason}` : source.path);
}
