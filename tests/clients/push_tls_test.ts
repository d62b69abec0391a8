import { assertEquals, assertMatch } from "@std/assert";
import { program } from "../../clients/push.ts";
import { servePush } from "../../servers/push.ts";
import { runMain } from "../cli/in_process.ts";
import { otherName, server as localhost } from "../contract/tls.ts";
import { onBun } from "../runtime.ts";

const CA = new URL("../net/testdata/cert.pem", import.meta.url).pathname;
const QUICK = ["--wait", "1ms", "--ping"];

function serve(tls: typeof localhost | undefined) {
  return servePush({ port: 0, echo: true, tls, onEvent() {} });
}

function push(url: string, ...args: string[]) {
  return runMain(program.main, [url, ...QUICK, ...args]);
}

Deno.test("push client speaks TLS when the URL says wss or https", async () => {
  await using server = serve(localhost);
  const host = `localhost:${server.addr.port}/`;
  for (const scheme of ["wss", "https"]) {
    const { code, stderr } = await push(`${scheme}://${host}`, "--ca", CA);
    assertEquals([code, stderr.split("\n")[0]], [0, `Connected to wss://${host}`]);
  }
});

Deno.test("push client explains and ends with 1 when the certificate is not the right one", async () => {
  for (const tls of [localhost, otherName]) {
    await using server = serve(tls);
    const { code, stderr } = await push(`wss://localhost:${server.addr.port}`);
    assertEquals(code, 1);
    assertMatch(stderr, /^push: Cannot connect to localhost:\d+: the server's certificate .*\n$/);
  }
});

Deno.test("push client says how to call it when it alone speaks TLS", async () => {
  await using plain = serve(undefined);
  const wrong = await push(`wss://127.0.0.1:${plain.addr.port}`);
  assertEquals(wrong.code, 1);
  assertMatch(wrong.stderr, /: the server does not speak TLS; call it with ws:\/\/\n$/);
});

Deno.test(
  "push client says how to call it when the server alone speaks TLS (needs a TLS that shows what is none)",
  { ignore: onBun },
  async () => {
    await using secured = serve(localhost);
    const other = await push(`ws://127.0.0.1:${secured.addr.port}`);
    assertEquals(other.code, 1);
    assertMatch(other.stderr, /: the server speaks TLS.*; call it with wss:\/\/\n$/);
  },
);
