import { assert, assertEquals, assertLess } from "@std/assert";
import { parcel } from "../../codec/parcel/parcel.ts";
import { digestOf, filesIn, namesIn, someBytes } from "../transfer/dialogue.ts";
import type { ExistsPolicy } from "../../transfer/mod.ts";
import { below, seededRandom } from "../transfer/random.ts";
import { type Child, type Ran, type ServerChild, startClient, startServer } from "../cli/child.ts";
import { KillingProxy, type Way } from "./killing_proxy.ts";

/** A nonce, a path and a number may have other lengths in another run, and digests are asked for of what is there. */
const SLACK_BYTES = 800;
const POINTS = 25;
const SIZES = { "a-empty": 0, "b-small": 1024, "c-medium": 300 * 1024, "d-large": 3 << 20 };

interface Site extends AsyncDisposable {
  /** The folder that files are sent from. */
  readonly from: string;
  /** The folder that they are sent into. */
  readonly into: string;
  /** What the server does about names that are taken. */
  readonly policy: ExistsPolicy;
  readonly proxy: KillingProxy;
  server: ServerChild;
  /** Connections that this server has had. */
  connections: number;
}

async function openSite(policy: ExistsPolicy = "skip-same"): Promise<Site> {
  const [from, into] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  const server = await startFiles(into, policy);
  const proxy = new KillingProxy(server.port);
  const site: Site = {
    from,
    into,
    policy,
    proxy,
    server,
    connections: 0,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await site.server[Symbol.asyncDispose]();
      for (const folder of [from, into]) await Deno.remove(folder, { recursive: true });
    },
  };
  return site;
}

async function startFiles(folder: string, policy: ExistsPolicy): Promise<ServerChild> {
  return await startServer("files", {
    args: ["--dir", folder, "--exists", policy],
    permissions: [`--allow-read=${folder}`, `--allow-write=${folder}`],
  });
}

function startSending(site: Site, path: string): Child {
  return startClient("files", {
    port: site.proxy.port,
    args: [path, "--tries", "1", "--json"],
    stdin: "",
  });
}

/** Runs a client to its end, and waits until the server has let go of its connection. */
async function sendOnce(site: Site, path: string): Promise<Ran> {
  await using client = startSending(site, path);
  const code = await client.ended;
  await settled(site);
  return { code, stdout: client.stdout.text, stderr: client.stderr.text };
}

async function settled(site: Site): Promise<void> {
  await site.proxy.idle();
  const id = site.connections++;
  await site.server.stderr.until(new RegExp(`^#${id} .* closed$`, "m"));
}

/** Sends a folder, and kills one end in the middle of it; the server is then started again. */
async function sendAndKill(
  site: Site,
  { path, victim, way, bytes, first }: {
    path: string;
    victim: Victim;
    way: Way;
    bytes: number;
    /** What to wait for before the kill. */
    first?: () => Promise<void>;
  },
): Promise<Ran> {
  await using client = startSending(site, path);
  let isKilled = false;
  site.proxy.arm({
    way,
    bytes,
    async kill() {
      await first?.();
      isKilled = true;
      (victim === "server" ? site.server : client).signal("SIGKILL");
    },
  });
  const code = await client.ended;
  site.proxy.arm(undefined);
  assert(isKilled, `Nothing was killed at ${way} ${bytes}: ${client.stderr.text}`);
  if (victim === "client") {
    await settled(site);
  } else {
    await site.proxy.idle();
    await site.server[Symbol.asyncDispose]();
    site.server = await startFiles(site.into, site.policy);
    site.proxy.target = site.server.port;
    site.connections = 0;
  }
  return { code, stdout: client.stdout.text, stderr: client.stderr.text };
}

async function makeTree(folder: string, seed: number): Promise<void> {
  await Deno.mkdir(folder);
  for (const [name, size] of Object.entries(SIZES)) {
    await Deno.writeFile(`${folder}/${name}`, someBytes(size, seed));
  }
}

/** Where each frame begins, and where the last one ends. */
function framesOf(chunks: readonly Uint8Array[]): { type: string; at: number }[] {
  const decoder = parcel().decoder();
  const frames: { type: string; at: number }[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (
      let at = decoder.offset ?? 0, message;
      (message = decoder.next());
      at = decoder.offset ?? 0
    ) {
      if (message.type !== "body") frames.push({ type: message.type, at });
    }
  }
  return frames;
}

interface Session {
  readonly up: number;
  readonly points: readonly { way: Way; bytes: number }[];
}

/** Looks at a session that holds, and says where to kill the next ones: at every step, and anywhere. */
async function plan(site: Site, count: number): Promise<Session> {
  const path = `${site.from}/plan-0`;
  await makeTree(path, 1);
  const { code, stderr } = await sendOnce(site, path);
  assertEquals([code, stderr], [0, ""]);
  const { passed, seen } = site.proxy;
  const up = framesOf(seen.up);
  const down = framesOf(seen.down);
  const first = (frames: typeof up, type: string) =>
    frames.find((frame) => frame.type === type)!.at;
  const last = (frames: typeof up, type: string) => frames.findLast((one) => one.type === type)!.at;
  const total = passed.up;
  const points: { way: Way; bytes: number }[] = [
    // The first byte, the handshake, the offers.
    { way: "up", bytes: 1 },
    { way: "down", bytes: 4 },
    { way: "up", bytes: first(up, "hello") + 20 },
    { way: "up", bytes: first(up, "offer") + 5 },
    { way: "down", bytes: last(down, "accept") },
    // A first block, a second one, all but the last byte.
    { way: "up", bytes: first(up, "data") + 30 },
    { way: "up", bytes: total - (2 << 20) },
    { way: "up", bytes: last(up, "end") - 1 },
    // The end frame, and what answers it.
    { way: "up", bytes: last(up, "end") + 20 },
    { way: "up", bytes: last(up, "bye") },
    { way: "down", bytes: last(down, "stored") },
    { way: "down", bytes: last(down, "bye") },
  ];
  const random = seededRandom(count);
  while (points.length < count) points.push({ way: "up", bytes: 1 + below(total - 1, random) });
  return { up: total, points };
}

/** Sends until a kill and then once more; everything has to be there, and nothing may be sent twice. */
async function survive(
  site: Site,
  { victim, session, point, name }: {
    victim: Victim;
    session: Session;
    point: { way: Way; bytes: number };
    name: string;
  },
): Promise<boolean> {
  const context = `${victim} killed at ${point.way} ${point.bytes}`;
  const path = `${site.from}/${name}`;
  const there = `${site.into}/${name}`;
  await makeTree(path, point.bytes);
  await sendAndKill(site, { path, victim, ...point });
  await Deno.mkdir(there, { recursive: true });
  const parts = await withoutSecondNames(site.into, (await namesIn(site.into)).parts);
  const left = await filesIn(there);
  const whole = [...left.keys()];
  const unfinished = await filesIn(site.into);
  const digests = await digestsIn(path);
  for (const file of whole) {
    assertEquals(digestOf(left.get(file)!), digests[file], `${context}: ${file}`);
  }
  const partBytes = parts.reduce((sum, part) => sum + unfinished.get(part)!.length, 0);
  const wholeBytes = whole.reduce((sum, file) => sum + left.get(file)!.length, 0);

  const { code, stdout, stderr } = await sendOnce(site, path);
  assertEquals([code, stderr], [0, ""], context);
  assertEquals(await digestsIn(there), await digestsIn(path), context);
  assertEquals((await namesIn(site.into)).parts, [], context);
  const starts = stdout.split("\n").filter((line) => line.includes(`"started"`))
    .map((line): number => JSON.parse(line).offset);
  for (const part of parts) {
    const { length } = unfinished.get(part)!;
    if (length > 0) assert(starts.includes(length), `${context}: none of ${starts} is ${length}`);
  }
  const saved = partBytes + wholeBytes;
  assertLess(site.proxy.passed.up, session.up - saved + SLACK_BYTES, context);
  return partBytes > 0;
}

/** Leaves out what is published already, and was killed before it lost its first name. */
async function withoutSecondNames(folder: string, parts: readonly string[]): Promise<string[]> {
  const links = await Promise.all(parts.map((part) => Deno.stat(`${folder}/${part}`)));
  return parts.filter((_, at) => links[at]?.nlink === 1);
}

/** Returns the digests of all files of a folder: a difference of theirs can be shown. */
async function digestsIn(folder: string): Promise<Record<string, string>> {
  const files = await filesIn(folder);
  return Object.fromEntries([...files].map(([name, bytes]) => [name, digestOf(bytes)]));
}

/** Waits until a block of a file is in a folder; it is on its way, and nothing tells when it is there. */
async function untilBlock(folder: string): Promise<void> {
  while (true) {
    for (const bytes of (await filesIn(folder)).values()) if (bytes.length > 0) return;
  }
}

/** Who is killed. */
export type Victim = "server" | "client";

/** Registers a test that kills one end at these points of {@linkcode plan}, by their index; all of them unless told. */
export function testKills(
  victim: Victim,
  at: readonly number[] = Array.from({ length: POINTS }, (_, index) => index),
): void {
  Deno.test(`a transfer is whole and goes on where it was when its ${victim} is killed at ${at.length} of ${POINTS} points`, async () => {
    let resumed = 0;
    async function runLane(lane: number): Promise<void> {
      // Whatever the policy is, a second try of the same files ends well, with one file each.
      await using site = await openSite(lane === 0 ? "fail" : "rename");
      const session = await plan(site, POINTS);
      for (const index of at.filter((_, order) => order % 2 === lane)) {
        const point = session.points[index];
        assert(point, `there is no point ${index}`);
        const name = `kill-${index % 10}`;
        if (await survive(site, { victim, session, point, name })) resumed++;
        for (const folder of [site.from, site.into]) {
          await Deno.remove(`${folder}/${name}`, { recursive: true });
        }
      }
    }
    const lanes = await Promise.allSettled([runLane(0), runLane(1)]);
    for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
    // A kill may come before a block is written, so that few points are sure of nothing.
    assert(resumed >= Math.floor(at.length / 8), `Only ${resumed} had something to go on from`);
  });
}

/** Registers a test of a file that is another one after the kill. */
export function testReplaced(victim: Victim): void {
  Deno.test(`a transfer sends the new file alone when its ${victim} was killed and the file replaced by one of its size and time`, async () => {
    await using site = await openSite();
    const path = `${site.from}/photo.raw`;
    const [before, after] = [someBytes(3 << 20, 1), someBytes(3 << 20, 2)];
    const time = new Date("2026-01-02T03:04:05Z");
    await Deno.writeFile(path, before);
    await Deno.utime(path, time, time);
    await sendAndKill(site, { path, victim, way: "up", bytes: 2.5 * (1 << 20) });
    assertEquals((await namesIn(site.into)).whole, []);
    await Deno.writeFile(path, after);
    await Deno.utime(path, time, time);
    const { code, stdout, stderr } = await sendOnce(site, path);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.includes(`"size":3145728,"offset":0}`), stdout);
    const { "photo.raw": stored, ...parts } = await digestsIn(site.into);
    assertEquals(stored, digestOf(after));
    // What came of the other one belongs to that.
    assert(Object.keys(parts).every((name) => name.endsWith(".part")), Object.keys(parts).join());
  });
}

/** Registers a test of a file that is longer after the kill. */
export function testGrown(victim: Victim): void {
  Deno.test(`a transfer goes on and stores all of the file when its ${victim} was killed and the file has grown`, async () => {
    await using site = await openSite();
    const path = `${site.from}/log.txt`;
    const grown = someBytes(4 << 20);
    await Deno.writeFile(path, grown.subarray(0, 3 << 20));
    await sendAndKill(site, {
      path,
      victim,
      way: "up",
      bytes: 2.5 * (1 << 20),
      first: () => untilBlock(site.into),
    });
    const [part] = (await filesIn(site.into)).values();
    assert(part && part.length > 0 && part.length % (1 << 20) === 0);
    await Deno.writeFile(path, grown);
    const { code, stdout, stderr } = await sendOnce(site, path);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.includes(`"size":4194304,"offset":${part.length}}`), stdout);
    assertEquals(await digestsIn(site.into), { "log.txt": digestOf(grown) });
  });
}
