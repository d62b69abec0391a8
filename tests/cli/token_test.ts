import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { readToken } from "../../cli/token.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { inFolder, withFile } from "../contract/folder.ts";
import { rejectionOf } from "../../testing/turns.ts";

Deno.test("readToken() returns what was typed when that names no file", async () => {
  assertEquals(await readToken(undefined), undefined);
  for (const typed of ["secret", " a b ", "a@b", "\\@c"]) {
    assertEquals(await readToken(typed), typed);
  }
});

for (
  const [what, text, token] of [
    ["there is no newline", "secret", "secret"],
    ["there is one", "secret\n", "secret"],
    ["there is one of Windows", "secret\r\n", "secret"],
    ["there are two", "secret\n\n", "secret\n"],
    ["spaces are around it", " s e \n", " s e "],
    ["it is no ASCII", "gehë!m\n", "gehë!m"],
    ["there is a byte order mark", "\ufeffsecret\r\n", "secret"],
  ] as const
) {
  Deno.test(`readToken() returns what the file holds without its last newline when ${what}`, async () => {
    await withFile(text, async (path) => assertEquals(await readToken(`@${path}`), token));
  });
}

for (const text of ["", "\n", "\r\n"]) {
  Deno.test(`readToken() refuses a file that holds ${JSON.stringify(text)}`, async () => {
    await withFile(text, async (path) => {
      const error = await rejectionOf(readToken(`@${path}`));
      assertInstanceOf(error, UsageError);
      assertEquals(error.message, `--token cannot be read from ${path}: the file is empty`);
    });
  });
}

Deno.test("readToken() refuses a file that is not there", async () => {
  await inFolder(async (folder) => {
    const error = await rejectionOf(readToken(`@${folder}/none`));
    assertInstanceOf(error, UsageError);
    assertMatch(error.message, /^--token cannot be read from \S+\/none: No such file/);
  });
});
