import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseExtensions } from "../../../codec/websocket/extensions.ts";
import {
  agreeCompression,
  type CompressionOptions,
  grantCompression,
  offerCompression,
} from "../../../codec/websocket/negotiation.ts";
import { NO_ENGINE } from "./no_engine.ts";

type Options = Omit<CompressionOptions, "engine">;
/** The window and the takeover of what goes out, then of what comes in: `15 takeover, 10`. */
type Directions = string;

const SMALL: Options = {
  outgoing: { windowBits: 11, takeover: false },
  incoming: { windowBits: 10, takeover: false },
};

const BOTH = "15 takeover, 15 takeover";

const GRANTED: readonly {
  offer: string;
  options?: Options;
  /** Behind the name. */
  says: string;
  agreed: Directions;
}[] = [
  { offer: "", says: "", agreed: BOTH },
  { offer: "; client_max_window_bits", says: "", agreed: BOTH },
  { offer: "; client_max_window_bits=15", says: "", agreed: BOTH },
  {
    offer: "; client_max_window_bits=8",
    says: "; client_max_window_bits=8",
    agreed: "15 takeover, 8 takeover",
  },
  {
    offer: '; client_max_window_bits="12"',
    says: "; client_max_window_bits=12",
    agreed: "15 takeover, 12 takeover",
  },
  { offer: "; server_max_window_bits=15", says: "; server_max_window_bits=15", agreed: BOTH },
  {
    offer: "; server_max_window_bits=9",
    says: "; server_max_window_bits=9",
    agreed: "9 takeover, 15 takeover",
  },
  {
    offer: "; server_no_context_takeover",
    says: "; server_no_context_takeover",
    agreed: "15, 15 takeover",
  },
  {
    offer: "; client_no_context_takeover",
    says: "; client_no_context_takeover",
    agreed: "15 takeover, 15",
  },
  {
    offer: "; client_max_window_bits=11; server_max_window_bits=10; client_no_context_takeover; " +
      "server_no_context_takeover",
    says: "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; " +
      "client_max_window_bits=11",
    agreed: "10, 11",
  },
  {
    offer: "; client_max_window_bits",
    options: SMALL,
    says: "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; " +
      "client_max_window_bits=10",
    agreed: "11, 10",
  },
  {
    offer: "; client_max_window_bits=9; server_max_window_bits=12",
    options: SMALL,
    says: "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; " +
      "client_max_window_bits=9",
    agreed: "11, 9",
  },
  // The first one that can be kept to.
  { offer: "; x, permessage-deflate", says: "", agreed: BOTH },
  {
    offer: "; server_max_window_bits=8, other, permessage-deflate; server_max_window_bits=9, " +
      "permessage-deflate",
    says: "; server_max_window_bits=9",
    agreed: "9 takeover, 15 takeover",
  },
  {
    offer: ", permessage-deflate; client_max_window_bits",
    options: { incoming: { windowBits: 9 } },
    says: "; client_max_window_bits=9",
    agreed: "15 takeover, 9 takeover",
  },
];

for (const { offer, options = {}, says, agreed } of GRANTED) {
  Deno.test(`grantCompression() grants "${says}" when "${offer}" is offered${ofOptions(options)}`, () => {
    const granted = grantCompression(offers(`permessage-deflate${offer}`), withEngine(options));
    assert(granted);
    assertEquals(granted.extension, `permessage-deflate${says}`);
    assertEquals(directions(granted.agreed), agreed);
    assert(granted.agreed.engine === NO_ENGINE && granted.agreed.thresholdBytes === 1024);
  });
}

const DECLINED: readonly [offer: string, options?: Options][] = [
  ["permessage-bzip2"],
  ["Permessage-Deflate"],
  ["x-webkit-deflate-frame"],
  ["permessage-deflate; x"],
  ["permessage-deflate; Server_No_Context_Takeover"],
  ["permessage-deflate; server_no_context_takeover=1"],
  ["permessage-deflate; client_no_context_takeover=true"],
  ["permessage-deflate; server_no_context_takeover; server_no_context_takeover"],
  ["permessage-deflate; client_no_context_takeover; client_no_context_takeover"],
  ["permessage-deflate; server_max_window_bits=10; server_max_window_bits=10"],
  ["permessage-deflate; client_max_window_bits; client_max_window_bits=10"],
  ["permessage-deflate; server_max_window_bits"],
  // What raw zlib makes of 8 needs 9.
  ["permessage-deflate; server_max_window_bits=8"],
  ...["7", "16", "08", "010", "+9", "9.0", "0x9", "1e1", "ten", "115"].flatMap((bits) =>
    ["server", "client"].map((
      side,
    ): [string] => [`permessage-deflate; ${side}_max_window_bits=${bits}`])
  ),
  // A window of the client's that it does not know to limit.
  ["permessage-deflate", { incoming: { windowBits: 14 } }],
];

for (const [offer, options = {}] of DECLINED) {
  Deno.test(`grantCompression() declines when ${offer} is offered${ofOptions(options)}`, () => {
    assertEquals(grantCompression(offers(offer), withEngine(options)), undefined);
  });
}

const OFFERED: readonly [options: Options, offer: string][] = [
  [{}, "permessage-deflate; client_max_window_bits"],
  [{ outgoing: { windowBits: 9 } }, "permessage-deflate; client_max_window_bits=9"],
  [
    { outgoing: { takeover: false } },
    "permessage-deflate; client_no_context_takeover; client_max_window_bits",
  ],
  [
    { incoming: { takeover: false, windowBits: 8 } },
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=8; " +
    "client_max_window_bits",
  ],
];

for (const [options, offer] of OFFERED) {
  Deno.test(`offerCompression() gives the offer when the options are${ofOptions(options)}`, () => {
    assertEquals(offerCompression(withEngine(options)), offer);
  });
}

const AGREED: readonly [answer: string, agreed: Directions, options?: Options][] = [
  ["", BOTH],
  ["; server_no_context_takeover", "15 takeover, 15"],
  ["; client_no_context_takeover", "15, 15 takeover"],
  ["; server_max_window_bits=8", "15 takeover, 8 takeover"],
  ['; client_max_window_bits="8"', "8 takeover, 15 takeover"],
  ["; client_max_window_bits=15; server_max_window_bits=15", BOTH],
  ["; server_no_context_takeover; server_max_window_bits=10", "11, 10", SMALL],
  [
    "; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=11",
    "11, 9",
    SMALL,
  ],
];

for (const [answer, agreed, options = {}] of AGREED) {
  Deno.test(`agreeCompression() agrees when the server says "${answer}"${ofOptions(options)}`, () => {
    const [extension] = offers(`permessage-deflate${answer}`);
    const said = agreeCompression(extension!, withEngine(options));
    assert(typeof said === "object", `${said}`);
    assertEquals(directions(said), agreed);
  });
}

const NOT_AGREED: readonly [answer: string, why: string, options?: Options][] = [
  ["; x", "the parameter x"],
  ["; x=1", "the parameter x=1"],
  ["; server_no_context_takeover=1", "the parameter server_no_context_takeover=1"],
  ["; client_no_context_takeover=1", "the parameter client_no_context_takeover=1"],
  ["; server_max_window_bits", "the parameter server_max_window_bits"],
  ["; server_max_window_bits=7", "the parameter server_max_window_bits=7"],
  ["; client_max_window_bits=16", "the parameter client_max_window_bits=16"],
  ["; client_max_window_bits", "client_max_window_bits without a value"],
  ["; server_no_context_takeover; server_no_context_takeover", "a parameter twice"],
  ["; server_max_window_bits=9; server_max_window_bits=10", "a parameter twice"],
  ["; server_max_window_bits=10", "no server_no_context_takeover", SMALL],
  ["; server_no_context_takeover", "no server_max_window_bits", SMALL],
  [
    "; server_no_context_takeover; server_max_window_bits=11",
    "server_max_window_bits=11, above the 10 of the offer",
    SMALL,
  ],
  [
    "; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=12",
    "client_max_window_bits=12, above the 11 of the offer",
    SMALL,
  ],
];

for (const [answer, why, options = {}] of NOT_AGREED) {
  Deno.test(`agreeCompression() refuses when the server says "${answer}"${ofOptions(options)}`, () => {
    const [extension] = offers(`permessage-deflate${answer}`);
    assertEquals(agreeCompression(extension!, withEngine(options)), why);
  });
}

Deno.test("agreeCompression() and grantCompression() understand each other", () => {
  const bits = [9, 12, 15];
  const all = bits.flatMap((windowBits) =>
    [true, false].map((takeover) => ({ windowBits, takeover }))
  );
  for (const outgoing of all) {
    for (const incoming of all) {
      const client = withEngine({ outgoing, incoming });
      for (const other of all) {
        const server = withEngine({ outgoing: other, incoming: other });
        const granted = grantCompression(offers(offerCompression(client)), server);
        assert(granted);
        const agreed = agreeCompression(offers(granted.extension)[0]!, client);
        assert(typeof agreed === "object", `${agreed}`);
        assertEquals(agreed.outgoing, granted.agreed.incoming);
        assertEquals(agreed.incoming, granted.agreed.outgoing);
      }
    }
  }
});

Deno.test("offerCompression() refuses options when they are none", () => {
  for (const windowBits of [8, 16, 9.5, NaN]) {
    const message =
      `Cannot set windowBits of outgoing: ${windowBits} is no whole number from 9 to 15`;
    const options = withEngine({ outgoing: { windowBits } });
    assertThrows(() => offerCompression(options), RangeError, message);
  }
  for (const windowBits of [7, 16]) {
    const message =
      `Cannot set windowBits of incoming: ${windowBits} is no whole number from 8 to 15`;
    const options = withEngine({ incoming: { windowBits } });
    assertThrows(() => offerCompression(options), RangeError, message);
  }
  for (const thresholdBytes of [-1, NaN]) {
    const message = `Cannot set thresholdBytes: ${thresholdBytes} is no number from 0`;
    assertThrows(() => offerCompression(withEngine({ thresholdBytes })), RangeError, message);
  }
  // A name that JavaScript may misspell.
  const misspelt = { engine: NO_ENGINE, treshold: 1 } as CompressionOptions;
  assertThrows(() => offerCompression(misspelt), TypeError, "Cannot set treshold");
  const inside = withEngine({ outgoing: { window: 9 } as Options["outgoing"] });
  assertThrows(() => offerCompression(inside), TypeError, "Cannot set window");
});

function offers(text: string) {
  const extensions = parseExtensions([text]);
  assert(extensions);
  return extensions;
}

function withEngine(options: Options): CompressionOptions {
  return { engine: NO_ENGINE, ...options };
}

function ofOptions(options: Options): string {
  const text = JSON.stringify(options);
  return text === "{}" ? "" : ` of ${text}`;
}

function directions(
  agreed: Record<"outgoing" | "incoming", { windowBits: number; takeover: boolean }>,
): Directions {
  return [agreed.outgoing, agreed.incoming]
    .map(({ windowBits, takeover }) => takeover ? `${windowBits} takeover` : `${windowBits}`)
    .join(", ");
}
