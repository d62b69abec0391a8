import { assertEquals } from "@std/assert";
import { clientSettings } from "../../cli/client_program.ts";
import { Report } from "../../cli/report.ts";
import { calledUrl } from "../cli/called_url.ts";
import { runMain } from "../cli/in_process.ts";
import { keptIo } from "../cli/kept_io.ts";
import { tcpPrograms } from "../cli/tcp_programs.ts";

/** What the clients that cannot do without are given to do: a file that is everywhere. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  files: [new URL(import.meta.url).pathname],
};

for (const { name, main } of tcpPrograms("client")) {
  Deno.test(`${name} client gives up when --connect-timeout is over before a TLS handshake`, async () => {
    // It is accepted by the system, and nobody says anything to it.
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const byUrl = calledUrl(name, { port }) !== undefined;
    const called = byUrl ? [`https://127.0.0.1:${port}`] : ["--port", String(port), "--tls"];
    const args = [...called, ...OPERANDS[name] ?? [], "--connect-timeout", "20ms"];
    assertEquals(await runMain(main, args), {
      code: 1,
      stdout: "",
      stderr: `${name}: Cannot connect to 127.0.0.1:${port}: no answer came within 20 ms ` +
        "(connect deadline)\n",
    });
  });
}

Deno.test("--connect-timeout is for the whole, so a handshake may take all of it", async () => {
  const common = {
    hostname: "127.0.0.1",
    port: 1,
    to: undefined,
    unix: undefined,
    connectTimeout: 60_000,
    idleTimeout: 5,
    tls: true,
    ca: undefined,
    fingerprint: undefined,
    insecure: false,
    trace: false,
    json: false,
  };
  const io = keptIo();
  const place = { hostname: "127.0.0.1", port: 1 };
  const report = new Report(io, false);
  const { deadlines } = await clientSettings(common, { io, report, place });
  assertEquals(deadlines, { connectMs: 60_000, handshakeMs: 60_000, idleMs: 5 });
});
