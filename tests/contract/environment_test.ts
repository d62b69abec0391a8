import { assert, assertEquals, assertGreater } from "@std/assert";
import { text } from "./bytes.ts";
import { assertThrown } from "./failing.ts";
import { ownChild } from "./runtime.ts";

const NAME = "PARLEY_CONTRACT_TEST";

Deno.test("Deno.env has what was set, and nothing when it was not or was deleted", () => {
  assertEquals([Deno.env.get(NAME), Deno.env.has(NAME)], [undefined, false]);
  Deno.env.set(NAME, "value");
  assertEquals([Deno.env.get(NAME), Deno.env.has(NAME)], ["value", true]);
  Deno.env.set(NAME, "");
  assertEquals([Deno.env.get(NAME), Deno.env.has(NAME)], ["", true]);
  Deno.env.delete(NAME);
  Deno.env.delete(NAME);
  assertEquals([Deno.env.get(NAME), Deno.env.has(NAME)], [undefined, false]);
});

Deno.test("Deno.env hands what was set to children", async () => {
  Deno.env.set(NAME, "inherited");
  try {
    const command = new Deno.Command("sh", { args: ["-c", `printf "$${NAME}"`] });
    assertEquals(text((await command.output()).stdout), "inherited");
  } finally {
    Deno.env.delete(NAME);
  }
});

Deno.test("Deno.env throws TypeError when the name cannot be one", () => {
  for (const name of ["", "a=b", "a\0b"]) {
    assertThrown(() => Deno.env.get(name), TypeError);
    assertThrown(() => Deno.env.set(name, "x"), TypeError);
    assertThrown(() => Deno.env.has(name), TypeError);
  }
});

Deno.test("Deno.pid is the parent of its children, and Deno.execPath() its program", async () => {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "echo $PPID"] }).output();
  assertEquals(Number(text(stdout)), Deno.pid);
  assert(Deno.statSync(Deno.execPath()).isFile);
});

Deno.test("Deno.build names the system and the processor", () => {
  assert(["linux", "darwin", "windows"].includes(Deno.build.os), Deno.build.os);
  assert(["x86_64", "aarch64"].includes(Deno.build.arch), Deno.build.arch);
});

Deno.test("Deno.memoryUsage() counts bytes", () => {
  const { rss, heapTotal, heapUsed, external } = Deno.memoryUsage();
  for (const bytes of [rss, heapTotal, heapUsed]) assertGreater(bytes, 100_000);
  assert(rss >= heapUsed && external >= 0);
});

Deno.test("Deno.networkInterfaces() knows 127.0.0.1", () => {
  const found = Deno.networkInterfaces().find(({ address }) => address === "127.0.0.1");
  assertEquals([found?.family, found?.netmask, found?.cidr], ["IPv4", "255.0.0.0", "127.0.0.1/8"]);
});

Deno.test("Deno.addSignalListener() hears a signal until it is removed, which then ends the process", async () => {
  const child = ownChild("signal").spawn();
  await child.stdin.close();
  const reader = child.stdout.getReader();
  const line = async () => text((await reader.read()).value ?? new Uint8Array());
  assertEquals(await line(), "ready\n");
  child.kill("SIGTERM");
  assertEquals(await line(), "heard\n");
  child.kill("SIGTERM");
  assertEquals(await line(), "");
  await child.stderr.cancel();
  assertEquals((await child.status).signal, "SIGTERM");
});

Deno.test("Deno.removeSignalListener() is silent when nobody listens", () => {
  const listener = () => {};
  Deno.removeSignalListener("SIGUSR2", listener);
  Deno.addSignalListener("SIGUSR2", listener);
  Deno.removeSignalListener("SIGUSR2", listener);
  Deno.removeSignalListener("SIGUSR2", listener);
});

Deno.test("Deno.addSignalListener() throws TypeError when nobody can hear the signal", () => {
  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    assertThrown(() => Deno.addSignalListener(signal, () => {}), TypeError);
  }
});
