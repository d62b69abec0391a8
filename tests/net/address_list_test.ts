import { assertEquals, assertThrows } from "@std/assert";
import { AddressList } from "../../mod.ts";

Deno.test("AddressList.has() compares as many bits as the prefix says", () => {
  const samples: [block: string, inside: string[], outside: string[]][] = [
    ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::10.0.0.1"]],
    ["192.168.7.128/25", ["192.168.7.128", "192.168.7.255"], ["192.168.7.127", "192.168.8.128"]],
    ["1.2.3.4", ["1.2.3.4", "::ffff:1.2.3.4", "::ffff:102:304"], ["1.2.3.5"]],
    ["1.2.3.4/32", ["1.2.3.4"], ["1.2.3.5"]],
    ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255", "::ffff:9.9.9.9"], ["::", "2001:db8::1"]],
    ["::/0", ["::", "2001:db8::1"], ["1.2.3.4", "::ffff:1.2.3.4"]],
    ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::", "2001:db9::"]],
    ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
    ["fe80::/10", ["fe80::1%eth0", "febf::"], ["fec0::"]],
    ["::ffff:10.0.0.0/104", ["10.9.9.9", "::ffff:10.9.9.9"], ["11.0.0.0"]],
    ["::ffff:0:0/96", ["10.9.9.9", "0.0.0.0"], ["::1"]],
    ["::ffff:1.2.3.4", ["1.2.3.4"], ["1.2.3.5"]],
  ];
  for (const [block, inside, outside] of samples) {
    const list = new AddressList([block]);
    for (const address of inside) {
      assertEquals([block, address, list.has(address)], [block, address, true]);
    }
    for (const address of outside) {
      assertEquals([block, address, list.has(address)], [block, address, false]);
    }
  }
});

Deno.test("AddressList.has() looks at the address of a connection, and at all blocks", () => {
  const list = new AddressList(new Set(["10.0.0.0/8", "::1"]));
  assertEquals(list.has({ transport: "tcp", hostname: "10.1.2.3", port: 5 }), true);
  assertEquals(list.has({ transport: "tcp", hostname: "::1", port: 5 }), true);
  assertEquals(list.has({ transport: "tcp", hostname: "11.1.2.3", port: 5 }), false);
  assertEquals(list.has({ transport: "unix", path: "10.1.2.3" }), false);
  assertEquals(list.has("no address"), false);
  assertEquals(new AddressList([]).has("10.0.0.1"), false);
});

Deno.test("AddressList refuses what is neither an address nor a block", () => {
  const bad = ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/x"];
  for (const text of [...bad, "::/129", "::ffff:10.0.0.0/95", "10.0.0", "localhost", "1\n.2.3.4"]) {
    const error = assertThrows(() => new AddressList(["::1", text]), SyntaxError);
    assertEquals(
      error.message,
      `Cannot read ${JSON.stringify(text)}: expected an address or a block such as 10.0.0.0/8`,
    );
  }
});

Deno.test("AddressList refuses bits behind the prefix", () => {
  const samples: [text: string, bits: number][] = [
    ["10.0.0.1/8", 8],
    ["10.1.2.3/31", 31],
    ["1.0.0.0/0", 0],
    ["2001:db8::1/64", 64],
  ];
  for (const [text, bits] of samples) {
    const error = assertThrows(() => new AddressList([text]), SyntaxError);
    assertEquals(error.message, `Cannot read "${text}": it has bits set behind its first ${bits}`);
  }
});
