import type { IrcLimits } from "./limits.ts";

/** Modes that a user may have. */
export const USER_MODES = "i";
/** The modes of a channel: lists, with a parameter always, with one when set, without one. */
export const CHANNEL_MODES = "beI,k,l,imnst";
/** Modes with a parameter that are looked at in one MODE. */
export const MAX_MODES = 4;
/** So many tokens stand in one line: with the nickname and the last words no more than 15 parameters. */
const TOKENS_IN_LINE = 13;

/** Returns what the server says of itself in `005`, in lines of tokens (modern.ircdocs.horse, RPL_ISUPPORT). */
export function supportTokens(
  { networkName, limits }: { networkName: string; limits: IrcLimits },
): string[][] {
  const { maxTargets } = limits;
  const count = (value: number) => value === Infinity ? "" : String(value);
  const targets = ["KICK", "NAMES", "NOTICE", "PRIVMSG", "TAGMSG", "WHOIS"]
    .map((command) => `${command}:${count(maxTargets)}`);
  const tokens = [
    `AWAYLEN=${count(limits.maxAwayBytes)}`,
    "CASEMAPPING=rfc1459",
    `CHANLIMIT=#:${count(limits.maxChannelsPerUser)}`,
    `CHANMODES=${CHANNEL_MODES}`,
    `CHANNELLEN=${count(limits.maxChannelBytes)}`,
    "CHANTYPES=#",
    "ELIST=U",
    "EXCEPTS=e",
    "INVEX=I",
    `KICKLEN=${count(limits.maxReasonBytes)}`,
    `MAXLIST=beI:${count(limits.maxMasks)}`,
    `MODES=${MAX_MODES}`,
    `NETWORK=${networkName}`,
    `NICKLEN=${count(limits.maxNickBytes)}`,
    "PREFIX=(ov)@+",
    "SAFELIST",
    `TARGMAX=JOIN:,LIST:,PART:,${targets.join(",")}`,
    `TOPICLEN=${count(limits.maxTopicBytes)}`,
    "USERLEN=11",
    "UTF8ONLY",
  ];
  const lines: string[][] = [];
  for (let at = 0; at < tokens.length; at += TOKENS_IN_LINE) {
    lines.push(tokens.slice(at, at + TOKENS_IN_LINE));
  }
  return lines;
}
