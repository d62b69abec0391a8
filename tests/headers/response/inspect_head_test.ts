import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inspectHead } from "../../../headers/response/inspect_head.ts";
import { type HeadEnd, HeadReader } from "../../../headers/response/head_reader.ts";
import { SeededRandom } from "../../../testing/random.ts";

/** Returns text of one character a byte as bytes. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function inspect(text: string, end: HeadEnd = "whole") {
  return inspectHead({ bytes: bytesOf(text), end });
}

/** Heads with one or more faults, each as `kind line:column+length rule: what`. */
const BROKEN: readonly (readonly [name: string, text: string, ...faults: string[]])[] = [
  ["nothing is wrong", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"],
  ["an older version is spoken", "HTTP/1.0 200 OK\r\nA: b\r\n\r\n"],
  ["the reason is empty", "HTTP/1.1 200 \r\n\r\n"],
  ["a value is of obs-text", "HTTP/1.1 200 D\xe9j\xe0 vu\r\nA: \xe9\r\n\r\n"],
  ["a value holds a tab", "HTTP/1.1 200 OK\r\nA:\tb\tc\t\r\n\r\n"],
  [
    "the status line is the originals'",
    "http/1.1 ok\r\nA: b\r\n\r\n",
    'bad-status-line 1:1+8 RFC 9112, 2.3: "http/1.1" is not in capitals: HTTP/1.1 is the name',
    'bad-status-line 1:10+2 RFC 9112, 4: the status line has no code of three digits: "ok" stands in its place',
  ],
  [
    "the code is missing",
    "HTTP/1.1 OK\r\n\r\n",
    'bad-status-line 1:10+2 RFC 9112, 4: the status line has no code of three digits: "OK" stands in its place',
  ],
  [
    "there is nothing behind the version",
    "HTTP/1.1\r\n\r\n",
    "bad-status-line 1:9+0 RFC 9112, 4: the status line has no code of three digits",
  ],
  [
    "the version is missing",
    "200 OK\r\n\r\n",
    "bad-status-line 1:1+0 RFC 9112, 4: the status line has no HTTP version",
  ],
  [
    "the version is Shoutcast's",
    "ICY 200 OK\r\n\r\n",
    'bad-status-line 1:1+3 RFC 9112, 2.3: "ICY" is no version of HTTP',
  ],
  [
    "the version is another one's",
    "HTTP/2.0 200 OK\r\n\r\n",
    "bad-status-line 1:1+8 RFC 9112, 2.3: HTTP/2.0 does not write its heads in this form",
  ],
  [
    "the version has no minor number",
    "HTTP/2 200\r\n\r\n",
    'bad-status-line 1:1+6 RFC 9112, 2.3: "HTTP/2" is no version of one digit, a dot and one digit',
    "bad-status-line 1:11+0 RFC 9112, 4: no space stands behind the status",
  ],
  [
    "the reason and its space are missing",
    "HTTP/1.1 200\r\n\r\n",
    "bad-status-line 1:13+0 RFC 9112, 4: no space stands behind the status",
  ],
  [
    "there are two spaces",
    "HTTP/1.1  200 OK\r\n\r\n",
    "bad-status-line 1:9+2 RFC 9112, 4: not exactly one space stands in front of the status",
  ],
  [
    "the status has four digits",
    "HTTP/1.1 2000 OK\r\n\r\n",
    'bad-status-line 1:10+4 RFC 9112, 4: the status line has no code of three digits: "2000" stands in its place',
  ],
  [
    "the status is none",
    "HTTP/1.1 999 Odd\r\n\r\n",
    "bad-status-line 1:10+3 RFC 9110, 15: 999 is no status from 100 to 599",
  ],
  [
    "a field takes the status line's place",
    "Content-Type: text/html\r\nA: b\r\n\r\n",
    "bad-status-line 1:1+0 RFC 9112, 4: the head begins with a field: there is no status line",
  ],
  [
    "an empty line comes first",
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "empty-line-in-front 1:1+0 RFC 9112, 2.1: an empty line stands in front of the head",
  ],
  [
    "lines end with a bare LF",
    "HTTP/1.1 200 OK\nA: b\r\n\n",
    "bare-lf 1:16+1 RFC 9112, 2.2: the line ends with a bare LF, and not with CRLF",
    "bare-lf 3:1+1 RFC 9112, 2.2: the line ends with a bare LF, and not with CRLF",
  ],
  [
    "a bare CR is in a value",
    "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
    "bare-cr 2:5+1 RFC 9112, 2.2: a CR stands in the line without an LF behind it",
  ],
  [
    "a line ends with two CR",
    "HTTP/1.1 200 OK\r\nA: b\r\r\n\r\n",
    "bare-cr 2:5+1 RFC 9112, 2.2: a CR stands in the line without an LF behind it",
  ],
  [
    "a value holds a control character",
    "HTTP/1.1 200 OK\r\nA: b\x07c\x1b\r\n\r\n",
    'control-character 2:5+1 RFC 9110, 5.5: a control character (0x07) stands in the value of "A"',
  ],
  [
    "a value holds NUL",
    "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
    'control-character 2:4+1 RFC 9110, 5.5: a control character (0x00) stands in the value of "A"',
  ],
  [
    "the reason holds a control character",
    "HTTP/1.1 200 O\x7fK\r\n\r\n",
    "control-character 1:15+1 RFC 9110, 5.5: a control character (0x7F) stands in the line",
  ],
  [
    "a name holds a control character",
    "HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n",
    "control-character 2:2+1 RFC 9110, 5.5: a control character (0x01) stands in a name",
  ],
  [
    "a value is folded",
    "HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n",
    'fold 3:1+2 RFC 9112, 5.2: the value of "A" goes on in the next line (a fold)',
  ],
  [
    "a space stands in front of the first field",
    "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
    "space-in-front 2:1+1 RFC 9112, 2.2: a space stands in front of the first field",
  ],
  [
    "a space stands before the colon",
    "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    'space-before-colon 2:2+1 RFC 9112, 5.1: a space stands between the name "A" and its colon',
  ],
  [
    "a line has no colon",
    "HTTP/1.1 200 OK\r\nnonsense\r\nA: b\r\n\r\n",
    'no-colon 2:1+8 RFC 9112, 5: there is no colon in "nonsense"',
  ],
  [
    "a field has no name",
    "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
    "no-name 2:1+1 RFC 9110, 5.1: there is no name in front of the colon",
  ],
  [
    "a name is not of ASCII",
    "HTTP/1.1 200 OK\r\nNa\xefve: b\r\n\r\n",
    'bad-name 2:3+1 RFC 9110, 5.1: the name "Naïve" has "ï" in it',
  ],
  [
    "a name has a space in it",
    "HTTP/1.1 200 OK\r\nA B: b\r\n\r\n",
    'bad-name 2:2+1 RFC 9110, 5.1: the name "A B" has " " in it',
  ],
  [
    "both lengths are there",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "two-lengths 2:1+17 RFC 9112, 6.2: Content-Length and Transfer-Encoding stand in one head",
  ],
  [
    "lengths differ",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\n",
    'two-lengths 3:1+17 RFC 9112, 6.3: Content-Length differs: "5" and "6"',
  ],
  ["lengths agree", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\n"],
  [
    "a length is none",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    'bad-length 2:1+18 RFC 9110, 8.6: Content-Length is no number: "-5"',
  ],
  [
    "a transfer coding is unknown",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, chunked\r\n\r\n",
    'unknown-coding 2:1+36 RFC 9112, 7: "identity" is no transfer coding',
  ],
  [
    "it is chunked twice",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
    "bad-coding 2:1+35 RFC 9112, 6.1: the body is chunked twice",
  ],
  [
    "an older version has a transfer coding",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "bad-coding 2:1+26 RFC 9112, 6.1: HTTP/1.0 has no Transfer-Encoding",
  ],
  [
    "an answer without a body has a length",
    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    "body-not-allowed 2:1+17 RFC 9110, 8.6: an answer 204 may have no Content-Length",
  ],
];

function printed({ faults }: ReturnType<typeof inspectHead>): string[] {
  return faults.map(({ kind, line, column, length, rule, what }) =>
    `${kind} ${line}:${column}+${length} ${rule}: ${what}`
  );
}

for (const [name, text, ...faults] of BROKEN) {
  Deno.test(`inspectHead() says what is wrong and where when ${name}`, () => {
    const head = inspect(text);
    assertEquals(printed(head), faults);
    for (const { offset, line, column } of head.faults) {
      assertEquals(head.lines[line - 1]!.offset + column - 1, offset);
    }
  });

  Deno.test(`HeadReader gives the whole head however it was cut when ${name}`, () => {
    const bytes = bytesOf(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new HeadReader();
      reader.push(bytes.subarray(0, cut));
      const early = cut < bytes.length ? reader.next() : undefined;
      assertEquals(early, undefined);
      reader.push(bytes.subarray(cut));
      reader.push(bytesOf("body"));
      assertEquals(reader.next(), { bytes, end: "whole" });
      assertEquals(reader.rest(), bytesOf("body"));
    }
  });
}

Deno.test("inspectHead() reads status, reason and fields as far as they go when they are broken", () => {
  const { version, status, reason, fields, lines } = inspect(
    "http/1.1 ok then\r\nA : b \r\nnonsense\r\n\tc\r\n: d\r\nSet-Cookie: x\r\nset-cookie: y\r\n\r\n",
  );
  assertEquals([version, status, reason], ["1.1", undefined, "ok then"]);
  assertEquals(fields, [["A", "b c"], ["", "d"], ["Set-Cookie", "x"], ["set-cookie", "y"]]);
  assertEquals(lines.map(({ ending }) => ending), Array(8).fill("\r\n"));
  assertEquals(inspect("HTTP/1.1  404 Not Found\n\n").status, 404);
  assertEquals(inspect("404 Not Found\n\n").reason, "Not Found");
});

for (
  const [end, text, fault] of [
    [
      "closed",
      "HTTP/1.1 200 OK\r\nA: b\r\nhalf",
      "unfinished 3:5+0 RFC 9112, 8: the connection ends inside the head",
    ],
    [
      "late",
      "HTTP/1.1 200 OK\r\n",
      "unfinished 1:18+0 head deadline: the rest of the head did not come in time",
    ],
    [
      "lost",
      "HTTP/1.1 200 OK\r",
      "unfinished 1:17+0 RFC 9112, 8: the connection broke inside the head",
    ],
    ["limit", "HTTP/1.1 200 OK\r\n", "too-large 1:18+0 at most 17 bytes: the head is not over"],
    [
      "other",
      "<html>\x1b[2J\n",
      'no-head 1:1+10 RFC 9112, 4: there is no head: the answer begins with "<html>\\x1b[2J"',
    ],
    [
      "other",
      "\x15\x03\x01\0\x02\x02",
      "no-head 1:1+6 RFC 9112, 4: there is no head: the server speaks TLS here: call it with https://",
    ],
    [
      "other",
      "\0\0\x12\x04\0\0\0\0\0",
      "no-head 1:1+9 RFC 9112, 4: there is no head: the server speaks HTTP/2 here, without being asked to",
    ],
    [
      "other",
      "SSH-2.0-OpenSSH_9.2\r\n",
      "no-head 1:1+19 RFC 9112, 4: there is no head: the server speaks SSH",
    ],
    [
      "other",
      "220 mail.example.org ESMTP\r\n",
      "no-head 1:1+26 RFC 9112, 4: there is no head: the server speaks SMTP or FTP",
    ],
  ] as const
) {
  Deno.test(`inspectHead() says that the head is not whole when it ends so: ${fault}`, () => {
    assertEquals(printed(inspect(text, end)), [fault]);
  });
}

for (
  const [what, chunk, end] of [
    ["HTML", "<!doctype html>\n<title>", "other"],
    ["a greeting of SMTP", "220 mail ESMTP\r\n", "other"],
    ["an alert of TLS", "\x15\x03", "other"],
    ["a frame of HTTP/2", "\0\0\x12\x04\0\0\0\0\0", "other"],
    ["many bytes without a line", "x".repeat(513), "other"],
    ["as many as may still be one", "x".repeat(512), undefined],
    ["a status line that does not end", `HTTP/1.1 200 ${"x".repeat(4096)}`, undefined],
    ["a status line in small letters", "http/1.1 ok\r\n", undefined],
    ["a code without a version", "404 Not Found\r\n", undefined],
    ["a field", "Server: x\r\n", undefined],
    ["empty lines alone", "\r\n\n\r\n", undefined],
  ] as const
) {
  Deno.test(`HeadReader ${end ? "waits no longer" : "waits for more"} when it gets ${what}`, () => {
    const reader = new HeadReader();
    for (const byte of bytesOf(chunk)) reader.push(Uint8Array.of(byte));
    assertEquals(reader.next()?.end, end);
  });
}

Deno.test("HeadReader gives up at its limit, and takes a head of as many bytes", () => {
  for (const [more, end] of [[-1, "whole"], [0, "whole"], [1, "limit"]] as const) {
    const start = "HTTP/1.1 200 OK\r\nA: ";
    const text = `${start}${"b".repeat(1024 + more - start.length - 4)}\r\n\r\n`;
    const reader = new HeadReader({ maxHeadBytes: 1024 });
    reader.push(bytesOf(text));
    assertEquals(reader.next(), {
      bytes: bytesOf(text.slice(0, 1024)),
      end,
    });
  }
});

Deno.test("HeadReader gives one head after another when an early answer comes first", () => {
  const reader = new HeadReader();
  const early = bytesOf("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  const last = bytesOf("HTTP/1.1 200 OK\r\n\r\n");
  reader.push(new Uint8Array([...early, ...last, 33]));
  assertEquals([reader.next(), reader.next()], [
    { bytes: early, end: "whole" },
    { bytes: last, end: "whole" },
  ]);
  assertEquals([reader.next(), reader.rest()], [undefined, Uint8Array.of(33)]);
});

Deno.test("HeadReader gives what came when the stream ends, and nothing when nothing came", () => {
  const reader = new HeadReader();
  reader.push(bytesOf("HTTP/1.1 200"));
  assertEquals(reader.next(), undefined);
  reader.end();
  assertEquals(reader.next(), { bytes: bytesOf("HTTP/1.1 200"), end: "closed" });
  assertEquals(reader.next(), undefined);
});

Deno.test("inspectHead() keeps 100 faults and counts the others when there are many", () => {
  const head = inspect(`HTTP/1.1 200 OK\r\n${"x\r\n".repeat(102)}\r\n`);
  assertEquals([head.faults.length, head.moreFaults], [100, 2]);
});

for (const [fields, faults] of [[99, 0], [100, 0], [101, 1], [102, 1]] as const) {
  Deno.test(`inspectHead() calls a head too large once when it has ${fields} fields`, () => {
    const head = inspect(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(fields)}\r\n`);
    assertEquals([head.faults.length, head.fields.length], [faults, fields]);
  });
}

for (const [bytes, faults] of [[8191, 0], [8192, 0], [8193, 1]] as const) {
  Deno.test(`inspectHead() ${faults ? "refuses" : "takes"} a status line of ${bytes} bytes`, () => {
    const head = inspect(`${"HTTP/1.1 200 ".padEnd(bytes, "x")}\r\n\r\n`);
    assertEquals(head.faults.map(({ kind }) => kind), Array(faults).fill("too-large"));
  });
}

Deno.test("inspectHead() never throws when the bytes are random", () => {
  const random = new SeededRandom(7);
  const pieces = ["HTTP/1.1 200 OK", "\r\n", "\n", "\r", ":", " ", "\t", "\0", "Content-Length: "];
  for (let round = 0; round < 500; round++) {
    let text = "";
    for (let at = random.upTo(60); at > 0; at--) {
      text += random.upTo(2) === 0
        ? String.fromCharCode(random.upTo(255))
        : pieces[random.upTo(pieces.length - 1)];
    }
    const bytes = bytesOf(text);
    const reader = new HeadReader();
    reader.push(bytes);
    reader.end();
    for (let raw = reader.next(); raw; raw = reader.next()) {
      const { faults, lines } = inspectHead(raw);
      assert(faults.every(({ offset }) => offset >= 0 && offset <= raw.bytes.length));
      assertEquals(
        lines.map(({ text, ending }) => text + ending).join(""),
        String.fromCharCode(...raw.bytes),
      );
    }
  }
});

for (const piece of ["\n", "x\n", " \n", ":\n", "A: b\n c\n", "\r", "A:", " "]) {
  const name = JSON.stringify(piece);
  Deno.test(`inspectHead() keeps to its bounds when the bytes are all ${name}`, () => {
    const text = `HTTP/1.1 200 OK\r\n${piece.repeat(65_000 / piece.length)}`;
    const { faults, lines } = inspect(text, "limit");
    assert(faults.length >= 1 && faults.length <= 101);
    assertEquals(
      lines.reduce((sum, { text, ending }) => sum + text.length + ending.length, 0),
      text.length,
    );
  });
}

Deno.test("inspectHead() shows what a peer sent harmlessly in its words", () => {
  const { faults } = inspect("HTTP/1.1 \x1b[2J\r\n\x9b2J\r\n\r\n");
  for (const { what } of faults) assertMatch(what, /^[\x20-\x7e]*$/);
  assertStringIncludes(faults.map(({ what }) => what).join(), "\\x1b[2J");
});
