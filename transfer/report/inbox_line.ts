import { escapeControls } from "../../codec/escape_controls.ts";
import { messageOf } from "../../net/errors.ts";
import { formatAddress } from "../../net/address.ts";
import type { InboxEvent } from "../inbox/inbox_event.ts";
import type { WrongTokens } from "../parcel/token_tries.ts";
import { formatBytes, formatSpan } from "./amounts.ts";

/** Returns what became of a file as a line for people, with text from the peer shown harmlessly. */
export function inboxLine(event: InboxEvent): string {
  const path = escapeControls(event.path);
  switch (event.type) {
    case "stored": {
      const { size, ms, sha256, same, resumedAt } = event;
      const how = same
        ? "  was there"
        : resumedAt > 0
        ? `  went on at ${formatBytes(resumedAt)}`
        : "";
      return `${path}  ${formatBytes(size)}  ${formatSpan(ms)}  sha256 ${
        sha256 ?? "unknown"
      }${how}`;
    }
    case "not-stored": {
      const reason = escapeControls(event.reason);
      const cause = event.error === undefined ? reason : messageOf(event.error);
      return `#${event.id} ${path} not stored: ${reason}${cause === reason ? "" : ` (${cause})`}`;
    }
    case "kept":
      return `#${event.id} ${path} stopped at ${formatBytes(event.bytes)} of ${
        formatBytes(event.size)
      }; the next try goes on there`;
  }
}

/** Returns as a line for people how many wrong tokens came from an address. */
export function wrongTokensLine({ address, count, ms }: WrongTokens): string {
  const tokens = `${count.toLocaleString("en")} wrong ${count === 1 ? "token" : "tokens"}`;
  return `${hostnameOf(address)} gave ${tokens} in ${
    formatSpan(ms)
  }; from there at most 20 a second are looked at`;
}

function hostnameOf(address: WrongTokens["address"]): string {
  return escapeControls("hostname" in address ? address.hostname : formatAddress(address));
}
