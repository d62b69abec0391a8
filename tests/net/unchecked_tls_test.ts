import { assertEquals, assertMatch } from "@std/assert";
import { lines } from "../../codec/mod.ts";
import { connect as dialled } from "../../net/connect.ts";
import { dial } from "../../net/dial.ts";
import { DeadlineError } from "../../net/errors.ts";
import { serve } from "../../net/serve.ts";
import { tlsFailureOf } from "../../net/tls_failure.ts";
import { startUncheckedTls } from "../../net/unchecked_tls.ts";
import { rejectionOf } from "../../testing/turns.ts";
import { otherName, server as own } from "../contract/tls.ts";
import { onBun } from "../runtime.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** Calls a server, without a look at who signed its certificate. */
function call(port: number, options: { fingerprint?: string; handshakeMs?: number } = {}) {
  const { fingerprint, handshakeMs = 10_000 } = options;
  return dial(
    async (signal) =>
      await startUncheckedTls(await Deno.connect({ ...LOCAL, port, signal }), {
        hostname: "localhost",
        fingerprint,
      }),
    { codec: lines({ maxBytes: 1 << 20 }), deadlines: { handshakeMs } },
  );
}

async function digestOf(pem: string): Promise<string> {
  const base64 = pem.replaceAll(/-----[^-]*-----|\s/g, "");
  const der = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const [what, pin] of [["its digest", true], ["nothing", false]] as const) {
  Deno.test(`startUncheckedTls() talks, and ends each way, when it is given ${what}`, async () => {
    const heard: string[] = [];
    const listener = Deno.listenTls({ ...LOCAL, ...otherName });
    await using server = serve(listener, { codec: lines({ maxBytes: 1 << 20 }) }, async (one) => {
      for await (const line of one) heard.push(line);
      // The client has finished, and still hears the answer.
      await one.send("x".repeat(300_000));
    });
    const { port } = server.addr;
    const fingerprint = pin ? { fingerprint: await digestOf(otherName.cert) } : {};
    await using connection = await call(port, fingerprint);
    assertEquals(connection.remoteAddr, { transport: "tcp", hostname: "127.0.0.1", port });
    await connection.send("hello");
    await connection.send("y".repeat(300_000));
    await connection.closeWrite();
    assertEquals((await connection.receive())?.length, 300_000);
    assertEquals(await connection.receive(), undefined);
    assertEquals(heard.map((line) => line.length), [5, 300_000]);
  });
}

Deno.test("startUncheckedTls() sends nothing when the server has another certificate", async () => {
  const heard: string[] = [];
  const listener = Deno.listenTls({ ...LOCAL, ...otherName });
  await using server = serve(
    listener,
    { codec: lines(), onEvent: () => {} },
    async (one) => {
      for await (const line of one) heard.push(line);
    },
  );
  const fingerprint = await digestOf(own.cert);
  const error = await rejectionOf(call(server.addr.port, { fingerprint }));
  assertEquals(
    (error as Error).message,
    `Cannot connect: the server has another certificate, with the SHA-256 ${await digestOf(
      otherName.cert,
    )}, and not ${fingerprint}`,
  );
  assertEquals(heard, []);
});

Deno.test(
  "startUncheckedTls() says so when the server speaks no TLS, hangs up or is silent (needs a TLS that shows what is none)",
  {
    ignore: onBun,
  },
  async () => {
    const onEvent = () => {};
    for (
      const [answer, said] of [
        ["220 mail.example at your service", "no-tls"],
        [undefined, "hung-up"],
      ] as const
    ) {
      await using server = serve(Deno.listen(LOCAL), { codec: lines(), onEvent }, async (one) => {
        if (answer !== undefined) await one.send(answer);
      });
      assertEquals(tlsFailureOf(await rejectionOf(call(server.addr.port))), { kind: said });
    }
    using listener = Deno.listen(LOCAL);
    const error = await rejectionOf(call(listener.addr.port, { handshakeMs: 20 }));
    assertEquals(error instanceof DeadlineError && error.phase, "handshake");
  },
);

Deno.test("connect() still looks at who signed a certificate when it is not told otherwise", async () => {
  const listener = Deno.listenTls({ ...LOCAL, ...own });
  await using server = serve(listener, { codec: lines(), onEvent: () => {} }, () => {});
  const { port } = server.addr;
  const options = { codec: lines(), hostname: "localhost", port };
  assertMatch(String(await rejectionOf(dialled({ ...options, tls: true }))), /certificate/);
});
