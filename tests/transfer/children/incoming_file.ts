// Takes a file of five bytes for each path, and prints what becomes of it. Arguments: the inbox's folder, the paths.
import { Inbox } from "../../../transfer/mod.ts";
import { refusalOf } from "../../../transfer/file_refused_error.ts";
import { takeFile } from "../incoming.ts";

const [folder = "", ...paths] = Deno.args;
const inbox = await Inbox.open(folder, { minFreeBytes: 0 });
for (const path of paths) {
  try {
    await takeFile(inbox, { path, text: "hello" });
    console.log("stored");
  } catch (error) {
    const { code, message } = refusalOf(error);
    console.log(`${code}: ${message}`);
  }
}
