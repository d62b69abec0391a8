import { messageOf } from "../net/errors.ts";
import { readTextWithMark } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** How {@linkcode readToken} speaks of the secret. */
export interface ReadTokenOptions {
  /** The option that it was given with. @default {"--token"} */
  readonly flag?: string;
}

/** Returns a secret as it was typed, or out of the file that `@FILE` names. @throws {UsageError} There is none. */
export async function readToken(typed: string, options?: ReadTokenOptions): Promise<string>;
/** As above, and nothing where nothing was typed. */
export async function readToken(typed: string | undefined): Promise<string | undefined>;
export async function readToken(
  typed: string | undefined,
  { flag = "--token" }: ReadTokenOptions = {},
): Promise<string | undefined> {
  if (typed === undefined || !typed.startsWith("@")) return typed;
  const path = typed.slice(1);
  let text: string;
  try {
    text = await readTextWithMark(path);
  } catch (cause) {
    throw new UsageError(`${flag} cannot be read from ${path}: ${messageOf(cause)}`, { cause });
  }
  const token = text.replace(/\r?\n$/, "");
  if (token === "") throw new UsageError(`${flag} cannot be read from ${path}: the file is empty`);
  return token;
}
