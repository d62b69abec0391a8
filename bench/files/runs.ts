import type { Figure } from "../figures.ts";
import { run, type ServerProcess } from "../processes.ts";
import type { Workplace } from "./workplace.ts";

const LARGE_BYTES = 1024 ** 3;
const SPARSE_BYTES = 10 * 1024 ** 3;
const SMALL_FILES = 1_000;
const SMALL_BYTES = 4 * 1024;
/** socat's own buffer: as large as our blocks. */
const SOCAT_BLOCK = ["-b", "1048576"];
const SAMPLE_MS = 50;

type Runs = Record<string, number[]>;

/** Returns how fast each contender carries a large file, in MiB/s, by its own clock: from the connection to the end. */
export async function largeRuns(workplace: Workplace, rounds: number): Promise<Figure["runs"]> {
  const file = await workplace.randomFile("large.bin", LARGE_BYTES);
  const runs: Runs = {};
  const add = (name: string, ms: number) => {
    (runs[name] ??= []).push(LARGE_BYTES / 1024 ** 2 / ms * 1000);
  };
  for (let round = 0; round < rounds; round++) {
    add("socat", await socatOnce(workplace, file));
    add("rsync", await rsyncOnce(workplace, file));
    for (
      const [name, format] of [["simple format", ["--simple"]], ["parcel format", []]] as const
    ) {
      await using receiver = await workplace.receiver();
      add(name, await sendOnce(workplace, { receiver, args: [...format, file] }));
      await workplace.remove("inbox");
    }
  }
  await workplace.remove("large.bin");
  return runs;
}

/** Returns how many small files each contender carries a second, with the start of its processes. */
export async function smallRuns(workplace: Workplace, rounds: number): Promise<Figure["runs"]> {
  await Deno.mkdir(`${workplace.path}/small`);
  for (let at = 0; at < SMALL_FILES; at++) await workplace.randomFile(`small/${at}`, SMALL_BYTES);
  const runs: Runs = {};
  const add = (name: string, ms: number) => (runs[name] ??= []).push(SMALL_FILES / ms * 1000);
  for (let round = 0; round < rounds; round++) {
    add("1,000 runs of socat", await socatMany(workplace));
    await using receiver = await workplace.receiver();
    const start = performance.now();
    const port = String(receiver.port);
    const args = ["--port", port, `${workplace.path}/small`];
    const printed = await run(workplace.program("clients/files.ts", args));
    add("parcel format, one session", performance.now() - start);
    if (!printed.startsWith(`Sent ${SMALL_FILES} files,`)) throw new Error(printed);
    await workplace.remove("inbox");
  }
  await workplace.remove("small");
  return runs;
}

/** Returns how much more memory each side takes while a large file passes than when it began, in MiB. */
export async function memoryRuns(workplace: Workplace): Promise<Figure["runs"]> {
  const file = await workplace.sparseFile("sparse.bin", SPARSE_BYTES);
  const first = await workplace.randomFile("first.bin", 8 * 1024 ** 2);
  await using receiver = await workplace.receiver();
  const [program = "", ...args] = workplace.program("clients/files.ts", [
    "--port",
    String(receiver.port),
    "--json",
    first,
    file,
  ]);
  const client = new Deno.Command(program, { args, stdout: "piped" }).spawn();
  let isOver = false;
  const ended = client.status.finally(() => isOver = true);
  const begun = untilPrinted(client.stdout, '"event":"stored"');
  await begun;
  const processes = { sender: client.pid, receiver: receiver.pid };
  const before = await residents(processes);
  const most = { ...before };
  while (!isOver) {
    const now = await residents(processes);
    for (const [name, bytes] of Object.entries(now)) most[name] = Math.max(most[name] ?? 0, bytes);
    await Promise.race([ended, sleep(SAMPLE_MS)]);
  }
  const { code } = await ended;
  if (code !== 0) throw new Error(`The sender of the sparse file ended with code ${code}`);
  for (const name of ["inbox", "sparse.bin", "first.bin"]) await workplace.remove(name);
  return Object.fromEntries(
    Object.entries(most).map((
      [name, bytes],
    ) => [name, [(bytes - (before[name] ?? 0)) / 1024 ** 2]]),
  );
}

/** Sends, and returns how long the client says that it took, in milliseconds. */
async function sendOnce(
  workplace: Workplace,
  { receiver, args }: { receiver: ServerProcess; args: readonly string[] },
): Promise<number> {
  const port = String(receiver.port);
  const printed = await run(
    workplace.program("clients/files.ts", ["--port", port, "--json", ...args]),
  );
  const [, ms = ""] = /"event":"done".*"failed":0,.*"ms":([\d.]+)/.exec(printed) ?? [];
  if (ms === "") throw new Error(`The client did not send everything: ${printed}`);
  return Number(ms);
}

async function socatOnce(workplace: Workplace, file: string): Promise<number> {
  const port = freePort();
  const target = `${workplace.path}/socat.bin`;
  const listen = `TCP-LISTEN:${port},reuseaddr`;
  const receiver = new Deno.Command("socat", {
    args: ["-u", ...SOCAT_BLOCK, listen, `CREATE:${target}`],
  }).spawn();
  const start = await whenConnected(port, ["-u", ...SOCAT_BLOCK, `OPEN:${file}`]);
  await receiver.status;
  const ms = performance.now() - start;
  await workplace.remove("socat.bin");
  return ms;
}

/** Sends to an rsync daemon, which compares a digest of the whole file at both ends, as the parcel format does. */
async function rsyncOnce(workplace: Workplace, file: string): Promise<number> {
  const port = freePort();
  const folder = `${workplace.path}/rsync`;
  await Deno.mkdir(folder);
  const config = `${workplace.path}/rsyncd.conf`;
  // The administrator's daemon would write as nobody.
  const user = Deno.uid() === 0 ? "uid = root\ngid = root\n" : "";
  await Deno.writeTextFile(
    config,
    `use chroot = no\n${user}[inbox]\npath = ${folder}\nread only = no\n`,
  );
  const daemon = new Deno.Command("rsync", {
    args: ["--daemon", "--no-detach", "--port", String(port), "--config", config],
  }).spawn();
  const target = `rsync://127.0.0.1:${port}/inbox/`;
  while (!(await new Deno.Command("rsync", { args: [target], stderr: "null" }).output()).success) {
    await sleep(1);
  }
  const start = performance.now();
  await run(["rsync", "--whole-file", file, target]);
  const ms = performance.now() - start;
  daemon.kill();
  await daemon.status;
  for (const name of ["rsync", "rsyncd.conf"]) await workplace.remove(name);
  return ms;
}

async function socatMany(workplace: Workplace): Promise<number> {
  const port = freePort();
  const inbox = `${workplace.path}/socat`;
  await Deno.mkdir(inbox);
  const receiver = new Deno.Command("socat", {
    args: ["-u", `TCP-LISTEN:${port},reuseaddr,fork`, `SYSTEM:cat > ${inbox}/$$`],
  }).spawn();
  await whenConnected(port, ["-u", "OPEN:/dev/null"]);
  const start = performance.now();
  const loop =
    `for file in ${workplace.path}/small/*; do socat -u OPEN:$file TCP:127.0.0.1:${port}; done`;
  await run(["sh", "-c", loop]);
  // The first connection was only to see that somebody listens; it made a file too.
  while (await countOf(inbox) < SMALL_FILES + 1) await sleep(1);
  const ms = performance.now() - start;
  // The last children are about to end.
  await sleep(SAMPLE_MS);
  receiver.kill();
  await receiver.status;
  await workplace.remove("socat");
  return ms;
}

/** Runs a sending socat as soon as somebody listens; returns when the run that succeeded began. */
async function whenConnected(port: number, args: readonly string[]): Promise<number> {
  while (true) {
    const start = performance.now();
    const command = new Deno.Command("socat", {
      args: [...args, `TCP:127.0.0.1:${port}`],
      stderr: "null",
    });
    if ((await command.output()).success) return start;
  }
}

async function countOf(folder: string): Promise<number> {
  let count = 0;
  for await (const { isFile } of Deno.readDir(folder)) if (isFile) count++;
  return count;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function residents(processes: Record<string, number>): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, pid] of Object.entries(processes)) {
    const args = ["-o", "rss=", "-p", String(pid)];
    const { stdout } = await new Deno.Command("ps", { args }).output();
    found[name] = Number(new TextDecoder().decode(stdout)) * 1024;
  }
  return found;
}

/** Settles when a stream has given a text; what follows is read and dropped. */
async function untilPrinted(stream: ReadableStream<Uint8Array>, text: string): Promise<void> {
  let printed = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  while (!printed.includes(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The client ended before it printed ${text}`);
    printed += value;
  }
  void (async () => {
    while (!(await reader.read()).done);
  })();
}
