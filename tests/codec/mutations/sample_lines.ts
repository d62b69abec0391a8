import { hex, utf8Bytes } from "../support.ts";

/** Lines of every ending. */
export const LINES = ["hi\n", "\n", "a\r\nb\n", "c\r", "é€\n", "\r\r\n", "12345678\n", "e"].map(
  utf8Bytes,
);
/** Lines that are no UTF-8. */
export const NO_UTF8 = [hex("61 ff 0a"), hex("e2 82 0a")];
