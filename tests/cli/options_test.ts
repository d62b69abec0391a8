import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions, wantsJson } from "../../cli/command_line.ts";
import {
  addresses,
  choice,
  count,
  duration,
  file,
  flag,
  flagOf,
  folder,
  host,
  list,
  optionalText,
  pick,
  port,
  rate,
  size,
  suggestion,
  typedAs,
} from "../../cli/options.ts";
import { UsageError } from "../../cli/usage_error.ts";

const OPTIONS = {
  hostname: host("Host", "127.0.0.1"),
  port: { ...port("Port", { fallback: 8001, min: 0 }), letter: "p" },
  maxClients: count("Clients"),
  maxMessage: size("Bytes", 64),
  wait: duration("Wait", { fallback: 5_000 }),
  gap: duration("Gap", { fallback: 50, needsUnit: true }),
  cert: file("Certificate"),
  deny: addresses("Nobody from there"),
  exists: choice("Exists", {
    choices: ["fail", "rename", "overwrite", "skip-same"],
    fallback: "fail",
  }),
  limit: rate("Limit"),
  token: optionalText("Token", "TOKEN"),
  root: folder("Folder", "inbox"),
  trace: flag("Trace"),
  json: flag("JSON"),
};

const FALLBACKS = {
  hostname: "127.0.0.1",
  port: 8001,
  maxClients: Infinity,
  maxMessage: 64,
  wait: 5_000,
  gap: 50,
  cert: undefined,
  deny: [],
  exists: "fail",
  limit: undefined,
  token: undefined,
  root: "inbox",
  trace: false,
  json: false,
};

for (
  const [args, values] of [
    [[], {}],
    [["--port", "1"], { port: 1 }],
    [["--port=1"], { port: 1 }],
    [["--port", "0"], { port: 0 }],
    [["--port", "65535"], { port: 65_535 }],
    [["--port", "1", "--port", "2"], { port: 2 }],
    [["--hostname", "::1"], { hostname: "::1" }],
    [["--hostname=[::1]"], { hostname: "::1" }],
    [["-p", "1"], { port: 1 }],
    [["-p1"], { port: 1 }],
    [["-p=1"], { port: 1 }],
    [["--hostname", "007"], { hostname: "007" }],
    [["--hostname", "true"], { hostname: "true" }],
    [["--max-clients", "2"], { maxClients: 2 }],
    [["--max-message", "1k"], { maxMessage: 1024 }],
    [["--wait", "2", "--gap", "2ms"], { wait: 2000, gap: 2 }],
    [["--wait", "2ms", "--gap", "2s"], { wait: 2, gap: 2000 }],
    [["--cert", "a b.pem"], { cert: "a b.pem" }],
    [["--exists", "skip-same"], { exists: "skip-same" }],
    [["--limit", "2MiB"], { limit: 2 * 1024 ** 2 }],
    [["--limit", "1"], { limit: 1 }],
    [["--token", "a=b", "--root", "a b/"], { token: "a=b", root: "a b/" }],
    [["--trace", "--json"], { trace: true, json: true }],
    [["--trace", "--trace"], { trace: true }],
  ] as const
) {
  Deno.test(`parseOptions gives the values when it reads [${args.join(" ")}]`, () => {
    const parsed = parseOptions(args, OPTIONS);
    assertEquals<unknown>(parsed.values, { ...FALLBACKS, ...values });
    assertEquals([parsed.operands, parsed.help, parsed.version], [[], false, false]);
  });
}

for (
  const [args, operands] of [
    [["0", "007", "1e3", "-", "", "NaN"], ["0", "007", "1e3", "-", "", "NaN"]],
    [["a", "--trace", "b"], ["a", "b"]],
    [["--trace", "true", "--json", "false"], ["true", "false"]],
    [["--", "--port", "0", "-x", "--"], ["--port", "0", "-x", "--"]],
    [["a", "--", "--trace"], ["a", "--trace"]],
    [["--port", "1", "2"], ["2"]],
  ] as const
) {
  Deno.test(`parseOptions leaves operands as they stand when it reads [${args.join(" ")}]`, () => {
    assertEquals(parseOptions(args, OPTIONS).operands, operands);
  });
}

Deno.test("parseOptions says which options were typed", () => {
  const { given } = parseOptions(["-p", "8001", "--trace", "--deny=::1", "x"], OPTIONS);
  assertEquals([...given].toSorted(), ["deny", "port", "trace"]);
});

Deno.test("parseOptions puts a list together when it is given again and again", () => {
  const args = ["--deny", "10.0.0.0/8, ::1", "--deny", "192.0.2.1"];
  const { deny } = parseOptions(args, OPTIONS).values;
  assertEquals(deny, ["10.0.0.0/8", "::1", "192.0.2.1"]);
});

Deno.test("wantsJson sees --json when the rest of the command line is wrong", () => {
  assertEquals(wantsJson(["--frobnicate", "--json"]), true);
  assertEquals([wantsJson(["--", "--json"]), wantsJson(["json"])], [false, false]);
});

Deno.test("typedAs shows the letter in front, and the value behind, when there are such", () => {
  const { port, trace, hostname } = OPTIONS;
  assertEquals(
    [typedAs("port", port), typedAs("trace", trace), typedAs("hostname", hostname)],
    ["-p, --port PORT", "--trace", "--hostname HOST"],
  );
});

Deno.test("parseOptions takes a flag whose name begins with no-, beside its opposite or alone", () => {
  const options = { echo: flag("Echo"), noEcho: flag("No echo"), noWait: flag("No wait") };
  const typed = (...args: readonly string[]) => parseOptions(args, options).values;
  assertEquals(typed("--no-echo"), { echo: false, noEcho: true, noWait: false });
  assertEquals(typed("--echo", "--no-wait"), { echo: true, noEcho: false, noWait: true });
  assertThrows(() => typed("--no-wait=yes"), UsageError, "--no-wait takes no value");
  assertThrows(() => typed("--bare-no-wait"), UsageError, "Unknown option --bare-no-wait");
});

Deno.test("a duration takes no time at all where it may be from 0", () => {
  const options = { every: duration("Every", { fallback: 5, from0: true }) };
  assertEquals(parseOptions(["--every", "0s"], options).values, { every: 0 });
  assertThrows(() => parseOptions(["--every", "-1s"], options), UsageError);
});

for (const arg of ["-v", "-V", "--version"]) {
  Deno.test(`parseOptions asks for the version when it reads ${arg}`, () => {
    assertEquals(parseOptions(["--port", "1", arg], OPTIONS).version, true);
  });
}

for (const arg of ["-h", "--help"]) {
  Deno.test(`parseOptions asks for help when it reads ${arg}`, () => {
    assertEquals(parseOptions(["--port", "1", arg, "true"], OPTIONS).help, true);
  });
}

Deno.test("parseOptions takes -h for an operand when it stands behind --", () => {
  const { help, operands } = parseOptions(["--", "-h"], OPTIONS);
  assertEquals([help, operands], [false, ["-h"]]);
});

for (
  const [args, problem] of [
    [["--prot", "1"], "Unknown option --prot; did you mean --port?"],
    [["--prot=1"], "Unknown option --prot; did you mean --port?"],
    [["--maxclients", "3"], "Unknown option --maxclients; did you mean --max-clients?"],
    [["--maxClients", "3"], "Unknown option --maxClients; did you mean --max-clients?"],
    [["-port", "3"], "Unknown option -port; did you mean --port?"],
    [["--no-trace"], "Unknown option --no-trace; did you mean --trace?"],
    [["--hlep"], "Unknown option --hlep; did you mean --help?"],
    [["--frobnicate"], "Unknown option --frobnicate"],
    [["-x"], "Unknown option -x"],
    [["-p"], "--port needs a value"],
    [["-pp"], "Unknown option -pp"],
    [["-h=port"], "--help takes no value"],
    [["--gap", "2"], "--gap needs a unit: say 2ms or 2s"],
    [["--hostname", "a:1"], '--hostname takes a host, not "a:1": a port is given with --port'],
    [["--deny", "10.0.0.0/8", "--deny", ""], "--deny needs a value"],
    [["--deny"], "--deny needs a value"],
    [
      ["--deny", "10.0.0.0/8,x"],
      '--deny: Cannot read "x": expected an address or a block such as 10.0.0.0/8',
    ],
    [
      ["--deny", "10.0.0.1/8"],
      '--deny: Cannot read "10.0.0.1/8": it has bits set behind its first 8',
    ],
    [["-hx"], "Unknown option -hx"],
    [["-5"], "Unknown option -5"],
    [["--_", "a", "b"], "Unknown option --_"],
    [["-_"], "Unknown option -_"],
    [["-x_"], "Unknown option -x_"],
    [["--__proto__=1"], "Unknown option --__proto__"],
    [["--constructor"], "Unknown option --constructor"],
    [["--port"], "--port needs a value"],
    [["--port="], "--port needs a value"],
    [["--port", "--trace"], "--port needs a value"],
    [["--port", "1", "--port"], "--port needs a value"],
    [["--hostname", ""], "--hostname needs a value"],
    [["--trace=yes"], "--trace takes no value"],
    [["--trace=false"], "--trace takes no value"],
    [["--help=port"], "--help takes no value"],
    [["--port", "99999"], '--port takes a whole number from 0 to 65535, not "99999"'],
    [["--port=-1"], '--port takes a whole number from 0 to 65535, not "-1"'],
    [["--port", "1e3"], '--port takes a whole number from 0 to 65535, not "1e3"'],
    [["--port", "0x10"], '--port takes a whole number from 0 to 65535, not "0x10"'],
    [["--port", " 1"], '--port takes a whole number from 0 to 65535, not " 1"'],
    [["--port", "80a"], '--port takes a whole number from 0 to 65535, not "80a"'],
    [["--max-clients", "0"], '--max-clients takes a whole number from 1, not "0"'],
    [["--max-clients", "1.5"], '--max-clients takes a whole number from 1, not "1.5"'],
    [["--max-message", "0"], '--max-message takes a size from 1 byte, not "0"'],
    [["--max-message", "x"], '--max-message takes a size such as 512, 64k or 1MiB, not "x"'],
    [
      ["--exists", "renam"],
      '--exists takes one of fail, rename, overwrite, skip-same, not "renam"; did you mean rename?',
    ],
    [
      ["--exists", "Fail"],
      '--exists takes one of fail, rename, overwrite, skip-same, not "Fail"; did you mean fail?',
    ],
    [["--exists", "x"], '--exists takes one of fail, rename, overwrite, skip-same, not "x"'],
    [["--exists"], "--exists needs a value"],
    [["--limit", "0"], '--limit takes a rate from 1 byte a second, not "0"'],
    [["--limit", "fast"], '--limit takes a rate such as 512k or 2MiB/s, not "fast"'],
    [["--wait", "0"], '--wait takes a time over 0, not "0"'],
    [["--wait", "soon"], '--wait takes a duration such as 500ms, 2s or 1m, not "soon"'],
  ] as const
) {
  Deno.test(`parseOptions says what is wrong when it reads [${args.join(" ")}]`, () => {
    const error = assertThrows(() => parseOptions(args, OPTIONS), UsageError);
    assertEquals(error.message, problem);
  });
}

Deno.test("choice names its words in the help when it is declared", () => {
  const { placeholder, fallbackText } = OPTIONS.exists;
  assertEquals([placeholder, fallbackText], ["fail|rename|overwrite|skip-same", "fail"]);
  assertEquals([OPTIONS.token, OPTIONS.root].map((one) => one.placeholder), ["TOKEN", "DIR"]);
});

Deno.test("flagOf writes words apart when a name has several", () => {
  assertEquals(["port", "maxClients", "a1B"].map(flagOf), ["--port", "--max-clients", "--a1-b"]);
});

Deno.test("flagOf leaves out the unit of a name, because it is typed with the value", () => {
  const names = ["waitMs", "maxFileBytes", "rateBytesPerSecond", "bytes"];
  assertEquals(names.map(flagOf), ["--wait", "--max-file", "--rate", "--bytes"]);
});

Deno.test("suggestion gives nothing when no word is near", () => {
  const known = ["greeting", "reverse", "talkback"];
  assertEquals(suggestion("talkbak", known), "; did you mean talkback?");
  assertEquals(suggestion("revers", known), "; did you mean reverse?");
  for (const word of ["ftp", "x", "", "-", "zzzzzzzz"]) assertEquals(suggestion(word, known), "");
});

Deno.test("pick leaves out other options when there are more", () => {
  assertEquals(pick({ port: 1, other: 2 }, { port: OPTIONS.port }), { port: 1 });
});

Deno.test("parseOptions() gives a list all that was typed, in order, and none where nothing was", () => {
  const options = { exclude: list("Left out", "GLOB"), json: flag("JSON") };
  const values = (...args: string[]) => parseOptions(args, options).values.exclude;
  assertEquals(values(), []);
  assertEquals(values("--exclude", "a"), ["a"]);
  assertEquals(values("--exclude=b", "--json", "--exclude", "1", "x", "--exclude", "b"), [
    "b",
    "1",
    "b",
  ]);
  for (const args of [["--exclude"], ["--exclude="], ["--exclude", "a", "--exclude="]]) {
    assertThrows(() => values(...args), UsageError, "--exclude needs a value");
  }
});
