import type { IrcMessage } from "../../codec/irc/mod.ts";

/** Returns when a message was sent, as its server says it (IRCv3 server-time), or else `now`. */
export function dateOf({ tags }: Pick<IrcMessage, "tags">, now: Date): Date {
  const date = new Date(tags?.get("time") ?? NaN);
  return Number.isNaN(date.getTime()) ? now : date;
}

/** Returns a time of today as a person reads it, and one of another day with its date. */
export function timeText(date: Date, now: Date): string {
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return dayText(date) === dayText(now) ? time : `${dayText(date)} ${time}`;
}

/** Returns a day as it is written everywhere: 2026-11-30. */
export function dayText(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
