// Receives files: in the old one-shot format, and in one that survives whatever happens on the way.
//
//   deno run --allow-net=127.0.0.1:8081 --allow-read=inbox --allow-write=inbox --allow-sys=statfs servers/files.ts
//
// It tells the formats apart by their first byte. From a second terminal:
//
//   deno run --allow-net=127.0.0.1:8081 --allow-read clients/files.ts README.md
//   printf '5::txt::hello' | nc 127.0.0.1 8081

import * as cli from "../cli/mod.ts";
import { readToken } from "../cli/token.ts";
import { refuseOtherProtocols } from "../codec/other_protocols.ts";
import { parcel, PARCEL_FIRST_BYTE } from "../codec/parcel/mod.ts";
import { simpleFileRequests } from "../codec/simple_file/mod.ts";
import { bytes, type Connection, escapeControls, serve, type Server } from "../mod.ts";
import { type Clock, systemClock } from "../net/clock.ts";
import { messageOf } from "../net/errors.ts";
import type { ServerEvent } from "../net/mod.ts";
import * as transfer from "../transfer/mod.ts";
import { keepClean } from "../transfer/inbox/cleaning.ts";
import { TokenTries, type WrongTokens } from "../transfer/parcel/token_tries.ts";
import { withoutFolder } from "../transfer/report/folder_news.ts";
import { inboxLine, wrongTokensLine } from "../transfer/report/inbox_line.ts";
import { ReceiveStatus } from "../transfer/report/receive_status.ts";

/** Serves the receiving of files until it is shut down. @throws {StartError} The folder cannot be used. */
export function serveFiles(
  options?: FilesServerOptions & cli.OverNetwork,
): Promise<Server<Uint8Array, Uint8Array, Deno.NetAddr>>;
/** As above, on a Unix socket where `unix` is one. */
export function serveFiles(
  options: FilesServerOptions,
): Promise<Server<Uint8Array, Uint8Array, cli.AnyAddr>>;
export async function serveFiles(
  options: FilesServerOptions = {},
): Promise<Server<Uint8Array, Uint8Array, cli.AnyAddr>> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const { clock = systemClock, onFile, onProgress } = options;
  const settings = cli.withFallbacks(OPTIONS, options);
  const { token, rateBytesPerSecond: rate } = settings;
  const inbox = await openInbox(settings, clock);
  const tokenTries = new TokenTries({ clock, onWrongTokens: options.onWrongTokens });
  const receive = {
    inbox,
    token,
    tokenTries,
    clock,
    ...rate && { bandwidth: new transfer.BandwidthLimiter(rate, { clock }) },
    ...options.deadlines?.handshakeMs && { handshakeMs: options.deadlines.handshakeMs },
    ...onFile && { onEvent: onFile },
    ...onProgress && { onProgress },
  };

  const simple = simpleFileRequests();
  // A person can read this error of the simple format, whatever is spoken.
  const refused = (message: string) => simple.encode({ type: "error", message });
  const refusal = (error: Error) => refused(`the server is full: ${error.message}`);
  const codec = refuseOtherProtocols(bytes());
  const onEvent = newsOf(options.onEvent, tokenTries);
  const settled = { refusal, ...options, ...onEvent && { onEvent }, codec };

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  const receiveFrom = async (connection: Connection<Uint8Array, Uint8Array>) => {
    const [first] = await connection.peek(1);
    if (first === PARCEL_FIRST_BYTE) {
      await transfer.receiveFiles(connection.switchTo(parcel()), receive);
    } else if (token !== undefined && first !== undefined) {
      await connection.send(refused("this server wants a token, which this format cannot give"));
    } else if (first !== undefined) {
      await transfer.receiveSimpleFiles(connection.switchTo(simple), receive);
    }
  };
  const server = serve(listener, settled, (connection) => {
    const receiving = receiveFrom(connection);
    // Where it is cut, what was being stored is stored still, or let go of.
    server.waitUntil(receiving);
    return receiving;
  });
  void server.finished.then(() => tokenTries[Symbol.dispose]());
  void keepClean(inbox, {
    keepPartsMs: settings.keepPartsMs,
    clock,
    until: server.finished,
    began: (cleaning) => server.waitUntil(cleaning),
  });
  return server;
}

/** Leaves out what happens with addresses that are held back: how often they were wrong is told once a minute. */
function newsOf(
  onEvent: ((event: ServerEvent) => void) | undefined,
  tokenTries: TokenTries,
): ((event: ServerEvent) => void) | undefined {
  return onEvent && ((event) => {
    const isNews = event.type === "accept-failed" || !tokenTries.isHeldBack(event.address);
    return isNews ? onEvent(event) : undefined;
  });
}

const PORT = 8081;
/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<FilesServerSettings> = {
  dir: cli.folder("Where files go; made where it is missing", "inbox"),
  exists: cli.choice("What happens to a file whose name is taken", {
    choices: ["fail", "rename", "overwrite", "skip-same"],
    fallback: "skip-same",
  }),
  names: cli.choice("Names that files may have: those of every system, or any that Linux takes", {
    choices: ["portable", "any"],
    fallback: "portable",
  }),
  maxFileBytes: cli.size(
    "Bytes that a file may have",
    transfer.DEFAULT_INBOX_LIMITS.maxFileBytes,
  ),
  maxSessionBytes: cli.size(
    "Bytes that a connection may send",
    transfer.DEFAULT_INBOX_LIMITS.maxSessionBytes,
  ),
  maxSessionFiles: cli.count(
    "Files and folders that a connection may send",
    transfer.DEFAULT_INBOX_LIMITS.maxSessionFiles,
  ),
  minFreeBytes: cli.size("Space on the disk that stays free", transfer.DEFAULT_MIN_FREE_BYTES),
  keepPartsMs: cli.duration("Keep what came of unfinished files for this long", {
    fallback: 7 * 24 * 3_600_000,
  }),
  token: cli.optionalText(
    "Take files only from who knows this; @FILE reads it from a file",
    "TEXT",
  ),
  rateBytesPerSecond: cli.rate("Receive at most this much a second, from all together"),
};

/** What the files server's own options are. */
export interface FilesServerSettings {
  /** The folder that files go into; it is made where there is none. */
  dir: string;
  /** What happens to a file whose name is taken. */
  exists: transfer.ExistsPolicy;
  /** Which names files may have. */
  names: transfer.NamePolicy;
  /** Bytes that a file may have. */
  maxFileBytes: number;
  /** Bytes that a connection may send. */
  maxSessionBytes: number;
  /** Files and folders that a connection may send. */
  maxSessionFiles: number;
  /** Free space that stays free, in bytes. */
  minFreeBytes: number;
  /** How long what came of an unfinished file is kept, in milliseconds. */
  keepPartsMs: number;
  /** What a sender has to know; the simple format cannot say it, and is refused then. */
  token: string | undefined;
  /** Bytes a second that all senders together may send. */
  rateBytesPerSecond: number | undefined;
}

/** How {@linkcode serveFiles} receives. */
export interface FilesServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** Hears what becomes of each file. */
  onFile?: (event: transfer.InboxEvent) => void;
  /** Hears of an address that gives many wrong tokens: at first, and then once a minute. */
  onWrongTokens?: (said: WrongTokens) => void;
  /** Hears how far each file is while it comes in. */
  onProgress?: (progress: transfer.ReceiveProgress) => void;
}

async function openInbox(settings: FilesServerSettings, clock: Clock): Promise<transfer.Inbox> {
  const { dir, exists, names, minFreeBytes, ...limited } = settings;
  const { maxFileBytes, maxSessionBytes, maxSessionFiles } = limited;
  try {
    const limits = { maxFileBytes, maxSessionBytes, maxSessionFiles };
    return await transfer.Inbox.open(dir, { exists, names, minFreeBytes, limits, clock });
  } catch (cause) {
    const what = `Cannot use the folder ${escapeControls(dir)}`;
    if (cause instanceof Deno.errors.NotCapable) {
      const flags = `--allow-read=${dir} --allow-write=${dir}`;
      const advice = [cli.permissionAdvice(cause, { path: dir, flags })];
      throw new cli.StartError(what, { why: "Deno does not allow it", advice, cause });
    }
    if (cause instanceof TypeError && names === "any" && Deno.build.os === "windows") {
      const advice = ["leave out --names any"];
      throw new cli.StartError(what, { why: "Windows cannot have any name", advice, cause });
    }
    const isFile = cause instanceof Deno.errors.AlreadyExists ||
      cause instanceof Deno.errors.NotADirectory;
    throw isFile
      ? new cli.StartError(what, {
        why: "it is a file and no folder",
        advice: ["name another one with --dir"],
        cause,
      })
      : new cli.StartError(what, { why: messageOf(cause), cause });
  }
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "files",
  summary: "receives files into a folder, and never outside of it",
  defaultPort: PORT,
  permissions: ["--allow-read=inbox", "--allow-write=inbox", "--allow-sys=statfs"],
  options: OPTIONS,
  tryIt: () => "printf '5::txt::hello' | nc 127.0.0.1 8081",
  async start({ settings, report, status }) {
    const coming = new ReceiveStatus();
    return await serveFiles({
      ...settings,
      token: await readToken(settings.token),
      onProgress(progress) {
        const { state, id, path, size, bytes: offset } = progress;
        if (report.json && state === "begun") {
          report.note({ event: "receiving", id, path, size, offset }, "");
        }
        coming.update(progress);
        if (coming.isIdle) status.hide();
        else status.show((columns) => coming.line(columns, systemClock.now()));
      },
      onFile: withoutFolder(
        (event) => {
          const { type, ...rest } = event;
          const tell = type === "stored" ? report.data : report.note;
          tell.call(report, { event: type, ...rest }, inboxLine(event));
        },
        ({ event, line, ...rest }) => report.note({ event, ...rest }, `files: ${line}`),
      ),
      onWrongTokens({ address, ...said }) {
        const record = { event: "wrong-tokens", address: cli.addressRecord(address), ...said };
        report.note(record, wrongTokensLine({ address, ...said }));
      },
    });
  },
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
