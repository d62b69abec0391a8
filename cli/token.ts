import { messageOf } from "../net/errors.ts";
import { readTextWithMark } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** Returns a secret as it was typed, or out of the file that `@FILE` names. @throws {UsageError} There is none. */
export async function readToken(typed: string | undefined): Promise<string | undefined> {
  if (typed === undefined || !typed.startsWith("@")) return typed;
  const path = typed.slice(1);
  let text: string;
  try {
    text = await readTextWithMark(path);
  } catch (cause) {
    throw new UsageError(`--token cannot be read from ${path}: ${messageOf(cause)}`, { cause });
  }
  const token = text.replace(/\r?\n$/, "");
  if (token === "") throw new UsageError(`--token cannot be read from ${path}: the file is empty`);
  return token;
}
