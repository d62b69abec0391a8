/** What a client may ask for, beyond the protocol of 1993 (IRCv3). Each is really done; there is no other. */
export const CAPABILITIES = [
  "away-notify",
  "cap-notify",
  "echo-message",
  "message-tags",
  "multi-prefix",
  "server-time",
  "userhost-in-names",
] as const;

/** One of them. */
export type Capability = typeof CAPABILITIES[number];

/** Says whether a word names one of them. */
export function isCapability(word: string): word is Capability {
  return (CAPABILITIES as readonly string[]).includes(word);
}

/** In which form a user gets what others say: plain, or with tags. A bit each. */
export type Form = 0 | 1 | 2 | 3;

/** Messages say when they were sent (`server-time`). */
export const WITH_TIME = 1;
/** Messages carry the tags that their senders gave them (`message-tags`). */
export const WITH_TAGS = 2;
