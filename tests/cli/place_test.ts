import { assertEquals, assertThrows } from "@std/assert";
import { type Place, placeOf, requirePlace } from "../../cli/place.ts";
import { UsageError } from "../../cli/usage_error.ts";

const FALLBACKS = { hostname: "127.0.0.1", port: 10_000, unix: undefined, to: undefined };

/** What may be typed beside the options, and what it says. */
const OPERANDS: readonly (readonly [readonly string[], Place])[] = [
  [[], { hostname: "127.0.0.1", port: 10_000 }],
  [["host"], { hostname: "host", port: 10_000 }],
  [["80"], { hostname: "127.0.0.1", port: 80 }],
  [[":80"], { hostname: "127.0.0.1", port: 80 }],
  [["host:80"], { hostname: "host", port: 80 }],
  [["host", "80"], { hostname: "host", port: 80 }],
  [["[::1]", "80"], { hostname: "::1", port: 80 }],
  [["::1", "80"], { hostname: "::1", port: 80 }],
  [["[::1]:80"], { hostname: "::1", port: 80 }],
];

for (const [operands, place] of OPERANDS) {
  Deno.test(`placeOf() reads [${operands.join(" ")}]`, () => {
    assertEquals(placeOf(FALLBACKS, { given: new Set(), operands }), place);
  });
}

Deno.test("placeOf() puts together what operands and options say", () => {
  const values = { ...FALLBACKS, port: 7 };
  assertEquals(placeOf(values, { given: new Set(["port"]), operands: ["host"] }), {
    hostname: "host",
    port: 7,
  });
  const to = { ...FALLBACKS, hostname: "other", to: ":9" };
  assertEquals(placeOf(to, { given: new Set(["hostname", "to"]) }), { hostname: "other", port: 9 });
  assertEquals(placeOf({ ...FALLBACKS, unix: "x.sock" }, { given: new Set(["unix"]) }), {
    unix: "x.sock",
  });
});

interface Wrong {
  readonly values?: object;
  readonly given?: readonly string[];
  readonly operands?: readonly string[];
  readonly problem: string;
}

const WRONG: readonly Wrong[] = [
  { operands: ["a", "1", "b"], problem: 'Unexpected argument "b"' },
  { operands: ["a", "b"], problem: 'PORT takes a whole number from 1 to 65535, not "b"' },
  { operands: ["0"], problem: 'PORT takes a whole number from 1 to 65535, not "0"' },
  {
    operands: ["a:1", "2"],
    problem: 'HOST takes a host, not "a:1": a port is given with --port',
  },
  {
    given: ["port"],
    operands: ["a:1"],
    problem: "The port is given twice, by a:1 and --port",
  },
  {
    given: ["hostname"],
    operands: ["a"],
    problem: "The host is given twice, by a and --hostname",
  },
  { values: { to: "b" }, operands: ["a"], problem: "The host is given twice, by a and --to" },
  {
    values: { unix: "x.sock" },
    operands: ["a"],
    problem: "--unix says where already: leave out a",
  },
  {
    values: { unix: "x.sock" },
    given: ["port"],
    problem: "--unix says where already: leave out --port",
  },
];

for (const { values, given, operands = [], problem } of WRONG) {
  Deno.test(`placeOf() says: ${problem}`, () => {
    const error = assertThrows(
      () => placeOf({ ...FALLBACKS, ...values }, { given: new Set(given), operands }),
      UsageError,
    );
    assertEquals(error.message, problem);
  });
}

Deno.test("placeOf() refuses a path that no Unix socket can have", () => {
  const most = Deno.build.os === "linux" ? 107 : 103;
  const place = (bytes: number) =>
    placeOf({ ...FALLBACKS, unix: "é".repeat(bytes / 2) + "x" }, {
      given: new Set(["unix"]),
    });
  place(most - 1);
  const error = assertThrows(() => place(most + 1), UsageError);
  assertEquals(
    error.message,
    `--unix takes a path of at most ${most} bytes, and this one has ${most + 2}`,
  );
});

Deno.test("requirePlace() refuses a Unix socket beside what only the network has", () => {
  const network = { hostname: "127.0.0.1", port: 0, tls: undefined };
  assertEquals(requirePlace(network), network);
  assertEquals(requirePlace({ unix: "x.sock" }), { unix: "x.sock" });
  for (const [name, value] of [["port", 1], ["hostname", "::1"], ["tls", {}], ["allow", {}]]) {
    const options = { unix: "x.sock", [String(name)]: value };
    const error = assertThrows(() => requirePlace(options), TypeError);
    assertEquals(error.message, `Cannot use unix with ${name}: a Unix socket has none`);
  }
});
