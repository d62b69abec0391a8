import { readToken } from "./token.ts";
import { UsageError } from "./usage_error.ts";

/** What a field may hold of it: nothing that ends the field, or means something else there. */
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * Returns a token that is sent as `Authorization: Bearer`, as it was typed or out of the file that `@FILE` names.
 *
 * @throws {UsageError} It cannot be read, or cannot be sent; it is not repeated.
 */
export async function bearerToken(typed: string | undefined): Promise<string | undefined> {
  const token = await readToken(typed);
  if (token === undefined || VISIBLE.test(token)) return token;
  throw new UsageError("--token takes letters, digits and signs of ASCII, without blanks");
}
