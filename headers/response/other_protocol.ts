import { latin1Text } from "../../codec/bytes/latin1_text.ts";

/** What servers of other protocols begin with, in the one or the other form. */
const GREETINGS: readonly (readonly [RegExp, string])[] = [
  // deno-lint-ignore no-control-regex
  [/^[\x15\x16]\x03/, "TLS here: call it with https://"],
  // deno-lint-ignore no-control-regex
  [/^...\x04.\x00{4}/s, "HTTP/2 here, without being asked to"],
  [/^SSH-\d/, "SSH"],
  [/^(?:220|120|421|554)[ -]/, "SMTP or FTP"],
  [/^\+OK/, "POP3"],
  [/^\* (?:OK|PREAUTH|BYE)/, "IMAP"],
  [/^(?::\S+ )?(?:NOTICE|PING) /, "IRC"],
  [/^RFB \d/, "VNC"],
  [/^\xff[\xfb-\xfe]/, "Telnet"],
  // deno-lint-ignore no-control-regex
  [/^.\x00\x00\x00[\x0a\xff]/s, "MySQL"],
  [/^-(?:ERR|NOAUTH|DENIED)/, "Redis"],
];

/** Returns what a server seems to speak that does not answer with a head, by its first bytes; undefined if unknown. */
export function otherProtocolOf(bytes: Uint8Array): string | undefined {
  const begin = latin1Text(bytes.subarray(0, 64));
  return GREETINGS.find(([pattern]) => pattern.test(begin))?.[1];
}
