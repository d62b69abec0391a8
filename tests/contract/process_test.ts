import { assert, assertEquals } from "@std/assert";
import { text, utf8 } from "./bytes.ts";
import { assertFails, assertThrown, codeOf } from "./failing.ts";
import { ownChild } from "./runtime.ts";

function sh(script: string, options: Deno.CommandOptions = {}): Deno.Command {
  return new Deno.Command("sh", { args: ["-c", script], ...options });
}

/** Returns its output, or rejects: Deno throws at once what others may say later. */
async function outputOf(command: Deno.Command): Promise<Deno.CommandOutput> {
  return await command.output();
}

/** Gives a child its whole input, and returns all that it left. */
async function ran(command: Deno.Command, input = "") {
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  if (input !== "") await writer.write(utf8(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("Command.output() has both outputs and the code", async () => {
  const { code, success, signal, stdout, stderr } = await sh("echo out; echo err >&2; exit 3")
    .output();
  assertEquals([code, success, signal], [3, false, null]);
  assertEquals([text(stdout), text(stderr)], ["out\n", "err\n"]);
});

Deno.test("Command.outputSync() does the same at once", () => {
  const { code, success, stdout } = sh("printf done").outputSync();
  assertEquals([code, success, text(stdout)], [0, true, "done"]);
});

Deno.test("Command.output() has a megabyte of output", async () => {
  const { stdout } = await sh("head -c 1000000 /dev/zero").output();
  assertEquals(stdout.length, 1_000_000);
});

Deno.test("Command gives no input unless it is told to", async () => {
  const { code, stdout } = await new Deno.Command("cat").output();
  assertEquals([code, stdout.length], [0, 0]);
});

Deno.test("Command adds to the environment, or replaces it", async () => {
  const added = await sh('printf "%s" "$OF_THE_TEST"; test -n "$PATH"', {
    env: { OF_THE_TEST: "yes" },
  }).output();
  assertEquals([added.code, text(added.stdout)], [0, "yes"]);
  const env = { OF_THE_TEST: "alone", PATH: Deno.env.get("PATH") ?? "" };
  const replaced = await sh("env | grep -c HOME", { clearEnv: true, env }).output();
  assertEquals(text(replaced.stdout), "0\n");
});

Deno.test("Command runs in the folder that it was given", async () => {
  const { stdout } = await sh("pwd", { cwd: "/" }).output();
  assertEquals(text(stdout), "/\n");
});

Deno.test("Command fails with NotFound when there is no such program", async () => {
  const command = new Deno.Command("no-such-program-anywhere");
  const error = await assertFails(outputOf(command), Deno.errors.NotFound);
  assertEquals(codeOf(error), "ENOENT");
  assertThrown(() => command.outputSync(), Deno.errors.NotFound);
  assertThrown(() => command.spawn(), Deno.errors.NotFound);
});

Deno.test("Command fails with NotFound when there is no such folder to run in", async () => {
  await assertFails(outputOf(sh("true", { cwd: "/no/such/folder" })), Deno.errors.NotFound);
});

Deno.test("Command fails with PermissionDenied when the file may not be run", async () => {
  const path = await Deno.makeTempFile();
  await assertFails(outputOf(new Deno.Command(path)), Deno.errors.PermissionDenied);
  await Deno.remove(path);
});

Deno.test("Command.output() throws TypeError for an output that is not piped", async () => {
  const output = await sh("true", { stdout: "null", stderr: "null" }).output();
  assertThrown(() => output.stdout, TypeError);
  assertThrown(() => output.stderr, TypeError);
});

Deno.test("a child throws TypeError for a stream that is not piped", async () => {
  const child = sh("true", { stdin: "null", stdout: "null", stderr: "null" }).spawn();
  for (const name of ["stdin", "stdout", "stderr"] as const) {
    assertThrown(() => child[name], TypeError);
  }
  await child.status;
});

Deno.test("a child talks by its streams while it runs", async () => {
  const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
  assert(child.pid > 0);
  const [writer, reader] = [child.stdin.getWriter(), child.stdout.getReader()];
  for (const word of ["one", "two", "three"]) {
    await writer.write(utf8(word));
    assertEquals(text((await reader.read()).value!), word);
  }
  await writer.close();
  assertEquals((await reader.read()).done, true);
  assertEquals((await child.status).success, true);
});

Deno.test("a child's output() has its whole output when its input was written before", async () => {
  const words = "word ".repeat(100);
  const { code, stdout } = await ran(
    sh("cat", { stdin: "piped", stdout: "piped", stderr: "piped" }),
    words,
  );
  assertEquals([code, stdout], [0, words]);
});

Deno.test("a child's status names the signal that ended it", async () => {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGKILL", 137], ["SIGINT", 130]] as const) {
    const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
    child.kill(signal);
    const status = await child.status;
    assertEquals([status.success, status.code, status.signal], [false, code, signal]);
  }
});

Deno.test("a child's kill() is SIGTERM unless told otherwise, and TypeError when it has ended", async () => {
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  child.kill();
  assertEquals((await child.status).signal, "SIGTERM");
  assertThrown(() => child.kill(), TypeError);
});

Deno.test("a child's status is there for whoever asks late", async () => {
  const child = sh("exit 7").spawn();
  await child.status;
  assertEquals((await child.status).code, 7);
});

Deno.test("Deno.args has what was typed behind the program", async () => {
  const { stdout } = await ran(ownChild("args", "one", "--two", "three four", ""));
  assertEquals(JSON.parse(stdout), ["one", "--two", "three four", ""]);
});

for (const [given, code] of [["0", 0], ["3", 3], ["130", 130], ["261", 5], ["-1", 255]] as const) {
  Deno.test(`Deno.exit(${given}) ends the process with ${code}`, async () => {
    assertEquals((await ran(ownChild("exit", given))).code, code);
  });
}

Deno.test("Deno.stdin.readable has all of the input, then the end", async () => {
  assertEquals((await ran(ownChild("count"), "x".repeat(100_000))).stdout, "100000\n");
  assertEquals((await ran(ownChild("count"))).stdout, "0\n");
});

Deno.test("Deno.stdin.read() has what fits, then null at the end", async () => {
  assertEquals((await ran(ownChild("read"), "12345")).stdout, "[3,2,null]\n");
});

Deno.test("Deno.stdout and Deno.stderr write by call and by stream, in order", async () => {
  const { code, stdout, stderr } = await ran(ownChild("write"));
  assertEquals([code, stdout, stderr], [0, "call\n5\n5\nstream\n", "sync\nerror\n"]);
});

Deno.test("isTerminal() is false for pipes", async () => {
  assertEquals((await ran(ownChild("terminal"))).stdout, "[false,false,false]\n");
});

for (const task of ["unref", "unrefAccept"] as const) {
  Deno.test(`a listener after unref() lets the process end (${task})`, async () => {
    const { code, stdout, stderr } = await ran(ownChild(task));
    assertEquals([code, stdout, stderr], [0, "listening\n", ""]);
  });
}

Deno.test("a connection that nobody reads lets the process end", async () => {
  const { code, stdout, stderr } = await ran(ownChild("idle"));
  assertEquals([code, stdout, stderr], [0, "connected\n", ""]);
});
