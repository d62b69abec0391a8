import { Fields } from "../../codec/http/mod.ts";

/** What an answer of plain text says of itself, so that no browser takes it for a page. */
export const PLAIN_TEXT: Fields = new Fields({
  "Content-Type": "text/plain; charset=utf-8",
  "X-Content-Type-Options": "nosniff",
});
