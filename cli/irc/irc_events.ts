import { escapeControls } from "../../codec/escape_controls.ts";
import { counted } from "../../net/counted.ts";
import { messageOf } from "../../net/errors.ts";
import type { Retry } from "../../net/reconnect.ts";
import type { IrcClientEvent } from "../../net/irc/options.ts";
import { formatDuration } from "../units.ts";
import type { IrcReport } from "./irc_report.ts";

/** Says what happens to an IRC client's connection. */
export class IrcEvents {
  /** Returns how many messages may be lost with a connection that is; whoever sends some says it here. */
  takeLost: () => number = () => 0;
  readonly #report: IrcReport;
  readonly #server: string;

  /** Makes one that says it to `report`; `server` is the address that was called. */
  constructor(report: IrcReport, server: string) {
    this.#report = report;
    this.#server = escapeControls(server);
  }

  /** Something happened. */
  readonly heard = (event: IrcClientEvent): void => {
    if (event.type === "connected") {
      const { nick } = event;
      const line = `Connected to ${this.#server} as ${nick}`;
      this.#report.note({ event: "connected", server: this.#server, nick }, line);
    } else if (event.type === "lost") {
      const why = messageOf(event.error);
      this.#report.note({ event: "lost", why }, `Lost the connection: ${why}`);
      this.#sayLost();
    } else this.retry(event);
  };

  /** It is connected again after a while. */
  readonly retry = ({ attempt, delayMs, error }: Retry): void => {
    this.#sayLost();
    const ms = Math.round(delayMs);
    const why = error === undefined ? undefined : messageOf(error);
    this.#report.note(
      { event: "reconnecting", attempt, delayMs: ms, ...why !== undefined && { why } },
      `${why === undefined ? "" : `${why}; `}connecting again in ${
        formatDuration(ms)
      } (try ${attempt})`,
    );
  };

  #sayLost(): void {
    const count = this.takeLost();
    if (count === 0) return;
    this.#report.wrong(`${counted(count, "message")} may be lost`, { event: "unconfirmed", count });
  }
}
