import { assertEquals, assertRejects } from "@std/assert";
import { LineSink } from "../../cli/line_sink.ts";
import { FakeSink } from "./fake_sink.ts";

const FULL = new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)");
const takesAll = false;

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("LineSink gives a pipe whole lines of at most PIPE_BUF bytes", async () => {
  const sink = new FakeSink();
  const lines = new LineSink(sink, { takesAll });
  const line = `${"x".repeat(99)}\n`;
  assertEquals(await lines.write(bytesOf(line.repeat(100))), 100 * Math.floor(whole / 100));
  assertEquals(await lines.write(bytesOf(`${line}rest`)), 100);
  assertEquals(await lines.write(bytesOf("x".repeat(9000))), whole);
});

Deno.test("LineSink gives a file all lines at once, and the rest by itself", async () => {
  const sink = new FakeSink();
  const lines = new LineSink(sink, { takesAll: true });
  const text = "line\n".repeat(5000);
  assertEquals(await lines.write(bytesOf(`${text}rest`)), text.length);
  assertEquals(await lines.write(bytesOf("rest")), 4);
});

Deno.test("LineSink writes nothing again when Deno has kept it", async () => {
  const lines = new LineSink(new FakeSink(FULL, FULL, FULL), { takesAll });
  assertEquals(await lines.write(bytesOf("rest")), 4);
  await assertRejects(() => lines.write(bytesOf("line\n")), Deno.errors.WouldBlock);
  await assertRejects(() => lines.write(bytesOf("x".repeat(2000))), Deno.errors.WouldBlock);
});

const whole = Deno.build.os === "linux" ? 4096 : 512;
