// Receives files: in the old one-shot format, and in one that survives whatever happens on the way.
//
//   deno run --allow-net=127.0.0.1:8081 --allow-read=inbox --allow-write=inbox --allow-sys=statfs servers/files.ts
//
// It tells the formats apart by their first byte. From a second terminal:
//
//   deno run --allow-net=127.0.0.1:8081 --allow-read clients/files.ts README.md
//   printf '5::txt::hello' | nc 127.0.0.1 8081

import { escapeControls, type LimitError } from "../codec/mod.ts";
import { parcel } from "../codec/parcel/parcel.ts";
import { simpleFileRequests } from "../codec/simple_file/simple_file.ts";
import {
  BandwidthLimiter,
  DEFAULT_INBOX_LIMITS,
  DEFAULT_MIN_FREE_BYTES,
  type ExistsPolicy,
  firstByte,
  Inbox,
  type InboxEvent,
  PARCEL_BYTE,
  receiveFiles,
  receiveSimpleFiles,
} from "../transfer/mod.ts";
import { messageOf } from "../net/errors.ts";
import { serve, type Server, systemClock } from "../net/mod.ts";
import { choice, duration, folder, optionalText, rate, size } from "../cli/options.ts";
import type { Program } from "../cli/program.ts";
import type { ReportRecord } from "../cli/report.ts";
import { type ServerOptions, serverProgram } from "../cli/server_program.ts";
import { StartError } from "../cli/start_error.ts";
import { readToken } from "../cli/token.ts";
import { formatBytes, formatSpan } from "../transfer/report/amounts.ts";

const KEEP_PARTS_MS = 7 * 24 * 3_600_000;

/** How {@linkcode serveFiles} receives. */
export interface FilesServerOptions extends ServerOptions {
  /** The folder that files go into; it is made where there is none. @default {"inbox"} */
  dir?: string;
  /** What happens to a file whose name is taken. @default {"skip-same"} */
  exists?: ExistsPolicy;
  /** Free space that stays free, in bytes. @default {67108864} */
  minFreeBytes?: number;
  /** What a sender has to know; the simple format cannot say it, and is refused then. @default nothing */
  token?: string | undefined;
  /** Bytes a second that all senders together may send. @default {Infinity} */
  bytesPerSecond?: number | undefined;
  /** How long what came of an unfinished file is kept, in milliseconds. @default {604800000} */
  keepPartsMs?: number;
  /** Hears what becomes of each file. */
  onFile?: (event: InboxEvent) => void;
}

/** Serves the receiving of files until it is shut down. @throws {StartError} The folder cannot be used. */
export async function serveFiles(
  options: FilesServerOptions = {},
): Promise<Server<number, string>> {
  const { hostname = "127.0.0.1", port = 8081, tls, dir = "inbox", clock = systemClock } = options;
  const { token, bytesPerSecond, keepPartsMs = KEEP_PARTS_MS, onFile } = options;
  const forgotten = new Date(clock.date().getTime() - keepPartsMs);
  const inbox = await openInbox(dir, { options, forgotten });
  const receive = {
    inbox,
    token,
    clock,
    ...bytesPerSecond && { bandwidth: new BandwidthLimiter(bytesPerSecond, { clock }) },
    ...options.deadlines?.handshakeMs && { handshakeMs: options.deadlines.handshakeMs },
    ...onFile && { onEvent: onFile },
  };

  const listener = tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });

  const codec = firstByte();
  const refusal = (error: LimitError) => `the server is full: ${error.message}`;
  return serve(listener, { refusal, ...options, codec }, async (connection) => {
    const first = await connection.receive();
    if (first === PARCEL_BYTE) {
      await receiveFiles(connection.switchTo(parcel()), receive);
    } else if (token !== undefined && first !== undefined) {
      await connection.send("this server wants a token, which this format cannot give");
    } else if (first !== undefined) {
      await receiveSimpleFiles(connection.switchTo(simpleFileRequests()), receive);
    }
  });
}

async function openInbox(
  dir: string,
  { options, forgotten }: { options: FilesServerOptions; forgotten: Date },
): Promise<Inbox> {
  try {
    const inbox = await Inbox.open(dir, options);
    await inbox.removeForgotten(forgotten);
    return inbox;
  } catch (cause) {
    const where = escapeControls(dir);
    const what = cause instanceof Deno.errors.NotCapable
      ? `Deno does not allow it; add --allow-read=${where} --allow-write=${where} to the command`
      : cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory
      ? "it is a file and no folder; name another one with --dir"
      : messageOf(cause);
    throw new StartError(`Cannot use the folder ${where}: ${what}`, { cause });
  }
}

/** The program. */
export const program: Program = serverProgram({
  name: "files",
  summary: "receives files into a folder, and never outside of it",
  defaultPort: 8081,
  permissions: ["--allow-read=inbox", "--allow-write=inbox", "--allow-sys=statfs"],
  options: {
    dir: folder("Where files go; made where it is missing", "inbox"),
    exists: choice("What happens to a file whose name is taken", {
      choices: ["fail", "rename", "overwrite", "skip-same"],
      fallback: "skip-same",
    }),
    maxFile: size("Bytes that a file may have", DEFAULT_INBOX_LIMITS.maxFileBytes),
    maxSession: size("Bytes that a connection may send", DEFAULT_INBOX_LIMITS.maxSessionBytes),
    minFree: size("Space on the disk that stays free", DEFAULT_MIN_FREE_BYTES),
    keepParts: duration("Keep what came of unfinished files for this long", {
      fallback: KEEP_PARTS_MS,
    }),
    token: optionalText("Take files only from who knows this; @FILE reads it from a file", "TEXT"),
    rate: rate("Receive at most this much a second, from all together"),
  },
  tryIt: () => "printf '5::txt::hello' | nc 127.0.0.1 8081",
  start: async ({ values, settings, report }) =>
    await serveFiles({
      ...settings,
      dir: values.dir,
      exists: values.exists,
      limits: {
        ...settings.limits,
        maxFileBytes: values.maxFile,
        maxSessionBytes: values.maxSession,
      },
      minFreeBytes: values.minFree,
      keepPartsMs: values.keepParts,
      token: await readToken(values.token),
      bytesPerSecond: values.rate,
      onFile(event) {
        const line = lineOf(event);
        if (event.type === "stored") report.data(recordOf(event), line);
        else report.note(recordOf(event), line);
      },
    }),
});

function recordOf({ type, ...rest }: InboxEvent): ReportRecord {
  return { event: type, ...rest };
}

function lineOf(event: InboxEvent): string {
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

if (import.meta.main) Deno.exit(await program.main(Deno.args));
