import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../codec/hashing.ts";
import { PARCEL_TYPES } from "../codec/parcel/messages.ts";
import { COMMAND_HELP } from "../cli/irc/commands.ts";
import { CAPABILITIES } from "../ircd/capabilities.ts";
import { COMMANDS } from "../ircd/commands/table.ts";
import { doors } from "../docs/doors.ts";
import { documents, generated } from "../docs/generate.ts";
import type { ProtocolErrorCode } from "../codec/errors.ts";
import {
  MAX_BLOCK_BYTES,
  MAX_CONTROL_BYTES,
  parcel,
  PARCEL_MAGIC,
  type ParcelErrorCode,
  type ParcelFailure,
  type ParcelOutgoing,
  type ParcelRefusal,
} from "../codec/parcel/mod.ts";
import type { HttpErrorCode } from "../codec/http/mod.ts";
import type { WebSocketErrorCode } from "../codec/websocket/mod.ts";
import type { SimpleFileErrorCode } from "../codec/simple_file/mod.ts";
import type { ContentCodingErrorCode } from "../headers/response/content_coding.ts";
import type { HeadFaultKind } from "../headers/response/head_fault.ts";
import type { RedirectErrorCode } from "../headers/response/redirect.ts";
import type { ClosedErrorCode, DeadlineErrorCode } from "../net/errors.ts";
import type { FailureCode } from "../net/failure_code.ts";
import type { IrcErrorCode } from "../net/irc/mod.ts";
import { PARCEL_FIELDS } from "./codec/parcel/parcel_fields.ts";
import { parcelWithMagic } from "./codec/parcel/parcel_frames.ts";
import { comparable, decodeChunks, hex, joined } from "./codec/support.ts";

const root = new URL("../", import.meta.url);
const parcelPage = new URL("docs/parcel.md", root);

for (const document of documents) {
  Deno.test(`${document} has the tables and numbers that deno task docs writes`, async () => {
    const text = await Deno.readTextFile(new URL(document, root));
    assert(text === await generated(document), `${document} is stale: run deno task docs`);
  });
}

/** Every code, once, under its heading in docs/errors.md; the compiler holds the keys to the unions. */
const CODES: Readonly<{
  "Any protocol": Record<ProtocolErrorCode, true>;
  "The parcel format": Record<ParcelErrorCode, true>;
  "HTTP": Record<HttpErrorCode, true>;
  "WebSocket": Record<WebSocketErrorCode, true>;
  "IRC": Record<IrcErrorCode, true>;
  "The simple file format": Record<SimpleFileErrorCode, true>;
  "DeadlineError": Record<DeadlineErrorCode, true>;
  "ClosedError": Record<ClosedErrorCode, true>;
  "A program": Record<
    | FailureCode
    | RedirectErrorCode
    | ContentCodingErrorCode
    | "no-answer"
    | "refused"
    | "unconfirmed"
    | "usage",
    true
  >;
  "Faults of a head": Record<HeadFaultKind, true>;
}> = {
  "Any protocol": {
    "bad-checksum": true,
    "bad-json": true,
    "bad-length": true,
    "bad-magic": true,
    "bad-message": true,
    "bad-utf8": true,
    "delimiter-inside": true,
    "limit-exceeded": true,
    "other-protocol": true,
    "unexpected-end": true,
    "unexpected-message": true,
  },
  "The parcel format": { "bad-compression": true, "unknown-type": true },
  HTTP: {
    "bad-chunk": true,
    "bad-field": true,
    "bad-framing": true,
    "bad-host": true,
    "bad-request-line": true,
    "bad-status-line": true,
    "bad-version": true,
    "unknown-coding": true,
  },
  WebSocket: { "bad-close": true, "bad-frame": true, "bad-handshake": true },
  IRC: {
    "banned": true,
    "login-refused": true,
    "nick-refused": true,
    "password-refused": true,
    "registration-refused": true,
  },
  "The simple file format": { "bad-header": true },
  "DeadlineError": { "deadline-passed": true },
  "ClosedError": { "connection-closed": true, "connection-cut": true, "connection-reset": true },
  "A program": {
    "bad-certificate": true,
    "bad-coding": true,
    "bad-redirect": true,
    "bug": true,
    "failed": true,
    "name-too-long": true,
    "network-unreachable": true,
    "no-answer": true,
    "no-space": true,
    "no-such-host": true,
    "read-only": true,
    "refused": true,
    "too-many-open-files": true,
    "unconfirmed": true,
    "usage": true,
  },
  "Faults of a head": {
    "bad-coding": true,
    "bad-length": true,
    "bad-name": true,
    "bad-status-line": true,
    "bare-cr": true,
    "bare-lf": true,
    "body-not-allowed": true,
    "control-character": true,
    "empty-line-in-front": true,
    "fold": true,
    "no-colon": true,
    "no-head": true,
    "no-name": true,
    "space-before-colon": true,
    "space-in-front": true,
    "too-large": true,
    "two-lengths": true,
    "unfinished": true,
    "unknown-coding": true,
  },
};

Deno.test("docs/errors.md has a paragraph for every error code under its heading, and for no other", async () => {
  const text = await Deno.readTextFile(new URL("docs/errors.md", root));
  const listed: Record<string, string[]> = {};
  let heading = "";
  for (const line of text.split("\n")) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    const code = /^- `([a-z0-9-]+)`:/.exec(line)?.[1];
    if (code !== undefined) (listed[heading] ??= []).push(code);
  }
  const expected = Object.entries(CODES).map(([name, codes]) => [name, Object.keys(codes)]);
  assertEquals(listed, Object.fromEntries(expected));
});

Deno.test("a name means one thing, whichever door it comes from, and says what it is", async () => {
  const places = new Map<string, Set<string>>();
  const silent: string[] = [];
  for (const { specifier, exports } of await doors()) {
    // Every program has a `program` and `OPTIONS` of its own.
    const isProgram = /\/(servers|clients)\//.test(specifier);
    for (const { name, file, summary } of exports) {
      if (summary === "") silent.push(`${specifier} ${name}`);
      if (isProgram && ["OPTIONS", "program"].includes(name)) continue;
      places.set(name, (places.get(name) ?? new Set()).add(file));
    }
  }
  const twice = Array.from(places, ([name, files]) => [name, ...files]).filter((row) =>
    row.length > 2
  );
  assertEquals([twice, silent], [[], []]);
});

Deno.test("mod.ts has about as many names as somebody can look through", async () => {
  const door = (await doors()).find(({ specifier }) => specifier === "@parley/sockets");
  const count = door?.exports.length ?? 0;
  assert(count > 40 && count <= 50, `${count} names`);
});

Deno.test("every link in the documents leads to a file", async () => {
  const pages = [
    ...documents,
    "CONTRIBUTING.md",
    "DEPENDENCIES.md",
    "docs/errors.md",
    "docs/irc.md",
    "docs/irc_server.md",
    "docs/parcel.md",
  ];
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, root));
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      assert((await Deno.stat(new URL(target, new URL(page, root)))).isFile, `${page}: ${target}`);
    }
    for (
      const [, path = ""] of text.matchAll(
        /`((?:cli|codec|net|shims|testing|tour|transfer)\/[a-z_/]+\.ts)`/g,
      )
    ) {
      assert((await Deno.stat(new URL(path, root))).isFile, `${page}: ${path}`);
    }
  }
});

Deno.test("docs/irc_server.md names every command and capability of the server, and no other", async () => {
  const page = await Deno.readTextFile(new URL("docs/irc_server.md", root));
  const [, section = ""] = page.split("\n## What it does\n");
  const listed = Array.from(
    section.split("\n\n")[0]!.matchAll(/`([\w-]+)`/g),
    ([, name = ""]) => name,
  );
  assertEquals(listed.sort(), [...COMMANDS.keys(), ...CAPABILITIES].sort());
});

Deno.test("docs/irc.md has every command that can be typed, as /help says it", async () => {
  const page = await Deno.readTextFile(new URL("docs/irc.md", root));
  const listed = Array.from(page.matchAll(/^\| `(\/[^`]+)`/gm), ([, usage]) => usage);
  assertEquals(listed, COMMAND_HELP.map((line) => line.slice(0, 36).trimEnd()));
});

/** Every code of a refusal and of a failure, once; the compiler holds the keys to the unions. */
const REFUSALS: Readonly<Record<ParcelRefusal, true>> = {
  "bad-name": true,
  "canceled": true,
  "changed": true,
  "digest-mismatch": true,
  "exists": true,
  "no-access": true,
  "no-space": true,
  "session-full": true,
  "size-mismatch": true,
  "storage-failed": true,
  "too-large": true,
};
const FAILURES: Readonly<Record<ParcelFailure, true>> = {
  "bad-message": true,
  "bad-token": true,
  "full": true,
  "stopping": true,
  "token-wanted": true,
  "unexpected-message": true,
  "unsupported-version": true,
};

Deno.test("docs/parcel.md says what every refusal and failure means, and no other", async () => {
  const page = await Deno.readTextFile(parcelPage);
  for (const [title, codes] of [["Refusals", REFUSALS], ["Failures", FAILURES]] as const) {
    const [, section = ""] = page.split(`\n## ${title}\n`);
    const [paragraphs = ""] = section.split("\n## ");
    const listed = Array.from(paragraphs.matchAll(/^- `([a-z-]+)`:/gm), ([, code]) => code);
    assertEquals(listed, Object.keys(codes));
  }
});

Deno.test("docs/parcel.md lists every type of frame with its number and its fields", async () => {
  const page = await Deno.readTextFile(parcelPage);
  const rows = Array.from(page.matchAll(/^\| `(0x..)` \| `(\w+)` +\| \w+ +\| (.*) \|$/gm));
  assertEquals(
    rows.map(([, number, type]) => [type, Number(number)]),
    Object.entries(PARCEL_TYPES),
  );
  const listed = rows.map(([, , type = "", cell = ""]) => {
    const fields = Array.from(cell.matchAll(/`(\w+)`(\??)/g), ([, name, mark]) => `${name}${mark}`);
    return [type, fields] as const;
  });
  const expected = Object.entries(PARCEL_FIELDS).map(([type, fields]) =>
    [
      type,
      Object.entries(fields).map(([name, { optional }]) => `${name}${optional ? "?" : ""}`),
    ] as const
  );
  assertEquals(Object.fromEntries(listed), { ...Object.fromEntries(expected), data: [] });
});

Deno.test("docs/parcel.md gives the magic and the limits of the format", async () => {
  const page = await Deno.readTextFile(parcelPage);
  assert(page.includes(`\`${PARCEL_MAGIC.trimEnd()}\` and LF`));
  for (const limit of [MAX_CONTROL_BYTES, MAX_BLOCK_BYTES]) assert(page.includes(` ${limit} `));
});

Deno.test("docs/parcel.md has a whole session, whose bytes are the messages that it lists", async () => {
  const page = await Deno.readTextFile(parcelPage);
  const [, lines = ""] = /```json\n([^`]+)\n```/.exec(page) ?? [];
  const [, digits = ""] = /```hex\n([^`]+)```/.exec(page) ?? [];
  const bytes = hex(digits);
  const messages = lines.split("\n").map((line): ParcelOutgoing => {
    const message = JSON.parse(line);
    return message.type === "data" ? { ...message, bytes: hex(message.bytes) } : message;
  });
  assertEquals(messages.map(({ type }) => type).join(" "), "magic hello offer start data end bye");
  assertEquals(decodeChunks(parcelWithMagic, [bytes]), { messages, error: undefined });
  const encoded = joined(messages.map((message) => parcel().encode(message)));
  assertEquals(comparable(encoded), comparable(bytes));
  const [block, end] = messages.slice(4);
  assert(block?.type === "data" && end?.type === "end");
  const hasher = sha256();
  hasher.update(block.bytes);
  assertEquals([end.size, end.sha256], [block.bytes.length, hasher.digest()]);
});

Deno.test("CI runs the test command that the README opens with", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const [, block = ""] = /```sh\n([^`]+)```/.exec(readme) ?? [];
  const [tour = "", test = ""] = block.split("\n");
  const ci = await Deno.readTextFile(new URL(".ci/run", root));
  assert(test.endsWith("task test") && ci.includes(`\n${test} `), test);
  assert(tour.endsWith("task tour") && ci.includes(`\n${tour} `), tour);
  assert(ci.includes(`\n${test}:long `), "CI does not run what takes long");
});
