import { assertEquals } from "@std/assert";
import { readReceipt } from "../../cli/receipt_file.ts";
import { readTextWithMark } from "../../cli/text_file.ts";
import { makeReceipt } from "../../transfer/receipt.ts";
import { inFolder } from "../contract/folder.ts";

/** Text as it is written with each mark: `hé` behind it, but for the last two. */
const WRITTEN = [
  { how: "without a mark", bytes: [0x68, 0xc3, 0xa9], text: "hé" },
  { how: "with the mark of UTF-8", bytes: [0xef, 0xbb, 0xbf, 0x68, 0xc3, 0xa9], text: "hé" },
  { how: "in UTF-16", bytes: [0xff, 0xfe, 0x68, 0, 0xe9, 0], text: "hé" },
  { how: "in UTF-16, the other way round", bytes: [0xfe, 0xff, 0, 0x68, 0, 0xe9], text: "hé" },
  { how: "with a mark inside", bytes: [0x68, 0xef, 0xbb, 0xbf], text: "h\ufeff" },
  { how: "as nothing", bytes: [], text: "" },
];

for (const { how, bytes, text } of WRITTEN) {
  Deno.test(`readTextWithMark() reads text that is written ${how}`, async () => {
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/text`, Uint8Array.from(bytes));
      assertEquals(await readTextWithMark(`${folder}/text`), text);
    });
  });
}

Deno.test("readReceipt() reads a receipt when an editor put a byte order mark in front of it", async () => {
  const files = [{ source: "a", path: "a", size: 1, sha256: "0".repeat(64) }];
  const said = { receiver: "127.0.0.1:1", finished: "2026-01-02T03:04:05.000Z", files };
  const receipt = makeReceipt(said, "a token");
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/receipt.json`, `\ufeff${JSON.stringify(receipt)}\r\n`);
    assertEquals(await readReceipt(`${folder}/receipt.json`, "a token"), receipt);
  });
});
