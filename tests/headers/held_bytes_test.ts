import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { FREE_BYTES, HeldBytes, isHeldRefusal } from "../../headers/held_bytes.ts";
import { LimitError } from "../../mod.ts";
import type { Address } from "../../net/address.ts";

const from = (hostname: string): Address => ({ transport: "tcp", hostname, port: 1 });

/** Holds bytes for an address, and says whether that was allowed. */
function holds(held: HeldBytes, hostname: string, bytes: number): boolean {
  try {
    held.claim(from(hostname)).hold(FREE_BYTES + bytes);
    return true;
  } catch (error) {
    assert(isHeldRefusal(error));
    return false;
  }
}

for (const [bytes, allowed] of [[399, true], [400, true], [401, false]] as const) {
  Deno.test(`HeldBytes lets one address hold half when no other holds anything: ${bytes} of 800`, () => {
    const held = new HeldBytes({ maxHeldBytes: 800 });
    assertEquals(holds(held, "10.0.0.1", bytes), allowed);
    assertEquals([held.bytes, held.refused], allowed ? [bytes, 0] : [0, 1]);
  });
}

for (const [bytes, allowed] of [[99, true], [100, true], [101, false]] as const) {
  Deno.test(`HeldBytes lets one address hold an eighth when another holds something: ${bytes} of 800`, () => {
    const held = new HeldBytes({ maxHeldBytes: 800 });
    assert(holds(held, "10.0.0.1", 1));
    assertEquals(holds(held, "10.0.0.2", bytes), allowed);
    assertEquals(holds(held, "10.0.0.3", bytes), allowed);
  });
}

for (const [total, allowed] of [[799, true], [800, true], [801, false]] as const) {
  Deno.test(`HeldBytes lets all addresses together hold what it may: ${total} of 800`, () => {
    const held = new HeldBytes({ maxHeldBytes: 800 });
    assert(holds(held, "10.0.0.1", 400));
    for (let host = 2; host <= 4; host++) assert(holds(held, `10.0.0.${host}`, 100));
    assert(holds(held, "10.0.0.5", total - 701));
    assertEquals(holds(held, "10.0.0.6", 1), allowed);
  });
}

for (const [bytes, counted] of [[-1, 0], [0, 0], [1, 1]] as const) {
  Deno.test(`HeldBytes counts ${counted} when a request holds 16 KiB and ${bytes} bytes`, () => {
    const held = new HeldBytes();
    held.claim(from("10.0.0.1")).hold(FREE_BYTES + bytes);
    assertEquals(held.bytes, counted);
  });
}

Deno.test("HeldBytes says which limit it was, and keeps what is held when it refuses", () => {
  const held = new HeldBytes({ maxHeldBytes: 800 });
  using claim = held.claim(from("10.0.0.1"));
  claim.hold(FREE_BYTES + 300);
  assertThrows(
    () => claim.hold(FREE_BYTES + 401),
    LimitError,
    "Cannot hold more for clients: 401 bytes exceed maxHeldBytesPerAddress 400",
  );
  assertEquals(held.bytes, 300);
  for (let host = 2; host <= 6; host++) assert(holds(held, `10.0.0.${host}`, 100));
  assertThrows(
    () => held.claim(from("10.0.0.9")).hold(FREE_BYTES + 1),
    LimitError,
    "Cannot hold more for clients: 801 bytes exceed maxHeldBytes 800",
  );
  assertEquals(held.refused, 2);
});

Deno.test("HeldBytes is free again when claims hold less or are given up", () => {
  const held = new HeldBytes({ maxHeldBytes: 800 });
  {
    using claim = held.claim(from("10.0.0.1"));
    claim.hold(FREE_BYTES + 400);
    assertFalse(holds(held, "10.0.0.1", 1));
    claim.hold(FREE_BYTES + 200);
    assertEquals(held.bytes, 200);
    // Somebody who holds more than an eighth already may hold less, and no more.
    assert(holds(held, "10.0.0.2", 1));
    claim.hold(FREE_BYTES + 150);
    assertThrows(() => claim.hold(FREE_BYTES + 151), LimitError);
  }
  assertEquals(held.bytes, 1);
  assert(holds(held, "10.0.0.1", 100));
});

Deno.test("HeldBytes counts the addresses of one IPv6 network together", () => {
  const held = new HeldBytes({ maxHeldBytes: 800 });
  assert(holds(held, "2001:db8::1", 400));
  assertFalse(holds(held, "2001:db8::2", 1));
  assert(holds(held, "2001:db8:0:1::1", 100));
});

Deno.test("HeldBytes refuses a limit that is none", () => {
  for (const maxHeldBytes of [0, -1, 1.5, NaN]) {
    assertThrows(() => new HeldBytes({ maxHeldBytes }), RangeError);
  }
});
