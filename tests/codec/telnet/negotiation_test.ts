import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Negotiation, type TelnetRequest } from "../../../codec/telnet/negotiation.ts";
import { CHECK } from "../support.ts";

const OPTION = 31;
/** Whose option it is: ours, or the peer's. */
type Party = "local" | "remote";
/** What is said about it: that it shall be on or off, by the peer or by us. */
type Event = "peer-on" | "peer-off" | "we-on" | "we-off";

/** How each state of RFC 1143, section 7 is reached from the beginning, where the option is not agreed to. */
const WAYS: Readonly<Record<string, readonly Event[]>> = {
  "no": [],
  "yes": ["we-on", "peer-on"],
  "want-no": ["we-on", "peer-on", "we-off"],
  "want-no-opposite": ["we-on", "peer-on", "we-off", "we-on"],
  "want-yes": ["we-on"],
  "want-yes-opposite": ["we-on", "we-off"],
};

/** RFC 1143, section 7: what is said in each state (`on`, `off` or nothing), and the state after it. */
const TABLE: Readonly<
  Record<string, Readonly<Record<Event, readonly [said: string, next: string]>>>
> = {
  "no": {
    "peer-on": ["off", "no"],
    "peer-off": ["", "no"],
    "we-on": ["on", "want-yes"],
    "we-off": ["", "no"],
  },
  "yes": {
    "peer-on": ["", "yes"],
    "peer-off": ["off", "no"],
    "we-on": ["", "yes"],
    "we-off": ["off", "want-no"],
  },
  "want-no": {
    "peer-on": ["", "no"],
    "peer-off": ["", "no"],
    "we-on": ["", "want-no-opposite"],
    "we-off": ["", "want-no"],
  },
  "want-no-opposite": {
    "peer-on": ["", "yes"],
    "peer-off": ["on", "want-yes"],
    "we-on": ["", "want-no-opposite"],
    "we-off": ["", "want-no"],
  },
  "want-yes": {
    "peer-on": ["", "yes"],
    "peer-off": ["", "no"],
    "we-on": ["", "want-yes"],
    "we-off": ["", "want-yes-opposite"],
  },
  "want-yes-opposite": {
    "peer-on": ["off", "want-no"],
    "peer-off": ["", "no"],
    "we-on": ["", "want-yes"],
    "we-off": ["", "want-yes-opposite"],
  },
};

function verbOf(party: Party, { on, byPeer }: { on: boolean; byPeer: boolean }) {
  const isAboutSpeaker = (party === "remote") === byPeer;
  return isAboutSpeaker ? (on ? "will" : "wont") : on ? "do" : "dont";
}

/** Lets one thing happen, and returns what is said to the peer. */
function happen(negotiation: Negotiation, party: Party, event: Event): string {
  const byPeer = event.startsWith("peer");
  const request = {
    verb: verbOf(party, { on: event.endsWith("on"), byPeer }),
    option: OPTION,
  } as const;
  if (byPeer) negotiation.receive(request);
  else negotiation.request(request);
  return negotiation.takeOwed().map(({ verb }) => {
    const on = verbOf(party, { on: true, byPeer: false });
    assertEquals(verb === on || verb === verbOf(party, { on: false, byPeer: false }), true);
    return verb === on ? "on" : "off";
  }).join();
}

/** Names the state by how it answers: no two of the six answer all four events alike. */
function stateOf(party: Party, events: readonly Event[]): string[] {
  return Object.keys(TABLE).filter((state) =>
    (Object.keys(TABLE[state]!) as Event[]).every((event) => {
      const negotiation = new Negotiation({});
      for (const before of events) happen(negotiation, party, before);
      const [said, next] = TABLE[state]![event];
      if (happen(negotiation, party, event) !== said) return false;
      // The second answer tells those apart that give the same first one.
      return (Object.keys(TABLE[next]!) as Event[]).every((second) => {
        const again = new Negotiation({});
        for (const before of [...events, event]) happen(again, party, before);
        return happen(again, party, second) === TABLE[next]![second][0];
      });
    })
  );
}

for (const party of ["local", "remote"] as const) {
  for (const [state, way] of Object.entries(WAYS)) {
    for (const [event, [said, next]] of Object.entries(TABLE[state]!)) {
      Deno.test(`a ${party} option that is ${state} becomes ${next} at ${event}`, () => {
        const negotiation = new Negotiation({});
        for (const before of way) happen(negotiation, party, before);
        // The keys of the table are its events.
        assertEquals(happen(negotiation, party, event as Event), said);
        assert(stateOf(party, [...way, event as Event]).includes(next));
      });
    }
  }
}

Deno.test("a negotiation agrees at once to what it was told to agree to", () => {
  const negotiation = new Negotiation({ local: [OPTION], remote: [OPTION] });
  assertEquals(happen(negotiation, "local", "peer-on"), "on");
  assertEquals(happen(negotiation, "remote", "peer-on"), "on");
  assertEquals(happen(negotiation, "local", "peer-on"), "");
});

Deno.test("two negotiations end and agree, whatever both ask and however it crosses", () => {
  const options = fc.uniqueArray(fc.nat(3));
  const agreed = fc.record({ local: options, remote: options });
  const verb = fc.constantFrom<TelnetRequest["verb"]>("do", "dont", "will", "wont");
  const step = fc.record({ first: fc.boolean(), deliver: fc.nat(3), verb, option: fc.nat(3) });
  fc.assert(
    fc.property(agreed, agreed, fc.array(step, { maxLength: 20 }), (one, other, steps) => {
      const sides = [new Negotiation(one), new Negotiation(other)] as const;
      const wires: [TelnetRequest[], TelnetRequest[]] = [[], []];
      const collect = () => {
        for (const at of [0, 1] as const) wires[at].push(...sides[at].takeOwed());
      };
      const deliver = (from: 0 | 1) => {
        const request = wires[from].shift();
        if (request) sides[from === 0 ? 1 : 0].receive(request);
        collect();
      };
      for (const { first, deliver: count, verb, option } of steps) {
        sides[first ? 0 : 1].request({ verb, option });
        collect();
        for (let times = 0; times < count; times++) deliver(times % 2 === 0 ? 0 : 1);
      }
      let said = 0;
      while (wires[0].length + wires[1].length > 0) {
        assert(++said < 1000, "it does not end");
        deliver(wires[0].length > 0 ? 0 : 1);
      }
    }),
    { ...CHECK, numRuns: 1000 },
  );
});
