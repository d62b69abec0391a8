import { assert, assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../../codec/mod.ts";
import type { ParcelControl } from "../../../codec/parcel/messages.ts";
import { MAX_CONTROL_BYTES, parcel } from "../../../codec/parcel/parcel.ts";
import { PARCEL_TYPES, parcelTypeOf } from "../../../codec/parcel/messages.ts";
import { PARCEL_FIELDS } from "./parcel_fields.ts";
import { parcelFrames, sealed } from "./parcel_frames.ts";
import { cutEvery, decodeChunks, hex, joined, utf8Bytes } from "../support.ts";

// Object.keys widens the names that the object has.
const MESSAGES = Object.keys(PARCEL_FIELDS) as ParcelControl["type"][];

/** Returns the JSON of a message: its fields as good as they can be, but for those that are given. */
function payloadOf(type: ParcelControl["type"], other: Record<string, string | undefined> = {}) {
  const fields: Record<string, string | undefined> = {};
  for (const [name, { good }] of Object.entries(PARCEL_FIELDS[type])) fields[name] = good.at(-1);
  const said = Object.entries({ ...fields, ...other }).filter(([, value]) => value !== undefined);
  return `{${said.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
}

function decoded(type: ParcelControl["type"], payload: string | Uint8Array) {
  const bytes = typeof payload === "string" ? utf8Bytes(payload) : payload;
  const frame = sealed(PARCEL_TYPES[type], bytes);
  const outcome = decodeChunks(parcelFrames, [frame]);
  assertEquals(decodeChunks(parcelFrames, cutEvery(frame, 1)), outcome);
  return outcome;
}

function refusal(type: ParcelControl["type"], problem: string) {
  const error = `ProtocolError bad-message remote 9: Cannot decode ${type} at offset 9: ${problem}`;
  return { messages: [], error };
}

for (const type of MESSAGES) {
  const fields = Object.entries(PARCEL_FIELDS[type]);

  Deno.test(`parcel() gives ${type} when each field holds what it may`, () => {
    for (const [name, { good }] of [["", { good: ["0"] }] as const, ...fields]) {
      for (const value of good) {
        const payload = payloadOf(type, { [name]: value });
        const { "": _, ...expected } = JSON.parse(payload);
        assertEquals(decoded(type, payload), {
          messages: [{ type, ...expected }],
          error: undefined,
        });
      }
    }
  });
  Deno.test(`parcel() refuses ${type} when a field is missing, unless it may be`, () => {
    for (const [name, { optional }] of fields) {
      const outcome = decoded(type, payloadOf(type, { [name]: undefined }));
      if (!optional) assertEquals(outcome, refusal(type, `its ${name} is missing`));
      else assertEquals([outcome.messages.length, outcome.error], [1, undefined]);
    }
  });
  Deno.test(`parcel() refuses ${type} when a field holds what it may not`, () => {
    for (const [name, { bad }] of fields) {
      for (const value of bad) {
        const { messages, error } = decoded(type, payloadOf(type, { [name]: value }));
        assertEquals(messages, [], `${name}: ${value}`);
        assert(error?.startsWith(refusal(type, `its ${name} is `).error), `${value}: ${error}`);
      }
    }
  });
  Deno.test(`parcel() passes over fields that ${type} does not have`, () => {
    const more = payloadOf(type, {
      more: '[{"a":null}]',
      type: '"evil"',
      ["__proto__"]: '{"polluted":true,"mode":1,"sha256":1}',
      constructor: '{"prototype":{"polluted":true}}',
      toString: '"x"',
    });
    assert(more.includes('"__proto__"'));
    const [message, ...others] = decoded(type, more).messages;
    assertEquals(others, []);
    assertEquals([message], decoded(type, payloadOf(type)).messages);
    assert(typeof message === "object" && message !== null);
    assertEquals(
      Object.keys(message).toSorted(),
      ["type", ...fields.map(([name]) => name)].toSorted(),
    );
    assertEquals("polluted" in message, false);
  });
  Deno.test(`parcel() refuses ${type} when its payload is no JSON object`, () => {
    for (const payload of ["null", "[]", "[{}]", "0", '"{}"', "true"]) {
      assertEquals(decoded(type, payload), refusal(type, "it is no object"));
    }
    for (const payload of ["", " ", "{", "{}x", "{'a':1}", "undefined", "\ufeff{}", '{"a":01}']) {
      assertEquals(decoded(type, payload), refusal(type, "its payload is no JSON"));
    }
  });
}

Deno.test("parcel() says the same of bad UTF-8 when it stands anywhere in a payload", () => {
  for (const bad of ["80", "c0 80", "ed a0 80", "f4 90 80 80", "e2 82", "ff"]) {
    for (const [before, behind] of [['{"reason":"', '","id":1}'], ["", "{}"], ["{}", ""]]) {
      const payload = joined([utf8Bytes(before!), hex(bad), utf8Bytes(behind!)]);
      assertEquals(decoded("cancel", payload), refusal("cancel", "its payload is no UTF-8"));
    }
  }
});

Deno.test("parcel() takes the last of two fields when they have one name", () => {
  const { messages } = decoded("start", '{"id":1,"offset":5,"id":2}');
  assertEquals(messages, [{ type: "start", id: 2, offset: 5 }]);
});

Deno.test("parcel() shows a bad value short and safe for a terminal when it refuses it", () => {
  const cases = [
    ['"\\u001b[2J"', '"\\x1b[2J"'],
    [`"${"x".repeat(1000)}"`, `"${"x".repeat(40)}… (960 characters more)"`],
    ["1e400", "Infinity"],
    ["-1.5", "-1.5"],
    ["null", "null"],
    ["[[[1]]]", "an array"],
    ['{"a":"\\u001b"}', "an object"],
  ] as const;
  for (const [value, shown] of cases) {
    const payload = payloadOf("offer", { kind: value });
    assertEquals(decoded("offer", payload), refusal("offer", `its kind is ${shown}`));
  }
});

Deno.test("parcel() refuses a value when it is nested as deep as a payload can be", () => {
  const depth = MAX_CONTROL_BYTES / 2 - 100;
  const deep = "[".repeat(depth) + "]".repeat(depth);
  const offer = payloadOf("offer", { kind: deep });
  assertEquals(decoded("offer", offer), refusal("offer", "its kind is an array"));
  assertEquals(decoded("bye", deep), refusal("bye", "it is no object"));
});

Deno.test("parcel() passes a code that a later version has added", () => {
  assertEquals(decoded("error", '{"code":"new","reason":""}').messages, [
    { type: "error", code: "new", reason: "" },
  ]);
});

Deno.test("parcel() refuses to send a message when the peer would refuse it", () => {
  // What is refused is what no compiler saw.
  const wrong = [
    [{ type: "start", id: NaN, offset: 0 }, "start: its id is NaN"],
    [{ type: "offer", id: 1, kind: "file" }, "offer: its path is missing"],
    [{ type: "proof", mac: "" }, 'proof: its mac is ""'],
  ] as unknown as [ParcelControl, string][];
  for (const [message, problem] of wrong) {
    const error = assertThrows(() => parcel().encode(message), ProtocolError);
    assertEquals(error.message, `Cannot encode ${problem}`);
    assertEquals([error.code, error.side, error.offset], ["bad-message", "local", 0]);
  }
});

Deno.test("parcel() sends only the fields that a message has, in the order of the page", () => {
  const more = { offset: 7, more: 1, id: 2, type: "start" } as const;
  const payload = parcel().encode(more).subarray(9);
  assertEquals(new TextDecoder().decode(payload), '{"id":2,"offset":7}');
});

Deno.test("parcelTypeOf() names each type's number, and no other", () => {
  const named = Array.from({ length: 256 }, (_, type) => [`${parcelTypeOf(type)}`, type] as const);
  assertEquals(
    Object.fromEntries(named.filter(([name]) => name !== "undefined")),
    PARCEL_TYPES,
  );
});
