import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../contract/folder.ts";
import { digestOf, someBytes } from "../transfer/dialogue.ts";
import { runClient, startClient } from "../cli/in_process.ts";
import { Peer } from "../cli/peer.ts";
import { sha256 } from "../../codec/hashing.ts";
import { sentLine, withServer } from "./files_standing.ts";

const MIB = 1024 ** 2;

/** A receiver of the simple format that does what the test does. */
class Receiver implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #peers = new AsyncDisposableStack();

  constructor() {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Waits for the next client. */
  async accept(): Promise<Peer> {
    const conn = await this.#listener.accept();
    conn.setNoDelay(true);
    return this.#peers.use(new Peer(conn));
  }

  /** Waits for the next client. */
  async acceptConn(): Promise<Deno.Conn> {
    return await this.#listener.accept();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#peers[Symbol.asyncDispose]();
  }
}

/** Runs a test with files of these texts, by their names, and a receiver for them. */
async function withFiles(
  texts: Readonly<Record<string, string | Uint8Array>>,
  test: (standing: { receiver: Receiver; folder: string; paths: string[] }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const paths = [];
    for (const [name, text] of Object.entries(texts)) {
      const path = `${folder}/${name}`;
      paths.push(path);
      await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    }
    await using receiver = new Receiver();
    await test({ receiver, folder, paths });
  });
}

Deno.test("files client --simple sends files and folders without their names when the server is ours", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    await Deno.mkdir(`${folder}/notes/empty`, { recursive: true });
    for (const [name, size] of [["a.txt", 0], ["b.txt", 1], ["notes/c", 3 * MIB]] as const) {
      await Deno.writeFile(`${folder}/${name}`, someBytes(size));
    }
    const paths = ["a.txt", "b.txt", "notes"].map((name) => `${folder}/${name}`);
    const { code, stdout, stderr } = await send("--simple", ...paths);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("3 files"));
    const names = await inbox.names();
    assertEquals(names.length, 3);
    const digests = await Promise.all(names.map(async (name) => digestOf(await inbox.bytes(name))));
    const expected = [0, 1, 3 * MIB].map((size) => digestOf(someBytes(size)));
    assertEquals(digests.toSorted(), expected.toSorted());
  });
});

for (
  const [what, answers] of [
    ["in pieces", ["Rec", "eived:5", "\n-e", "n", "d-"]],
    ["behind other text", ["welcome\n", "and thanks-end-"]],
    ["with more behind it", ["-end-\n", "bye\n"]],
  ] as const
) {
  Deno.test(`files client --simple takes the end when it comes ${what}`, async () => {
    await withFiles({ "a.txt": "hello" }, async ({ receiver, paths }) => {
      const args = ["--simple", "--trace", ...paths];
      await using client = startClient("files", { port: receiver.port, args });
      const peer = await receiver.accept();
      await peer.until(/^5::txt::hello$/);
      for (const [at, answer] of answers.entries()) {
        await peer.send(answer);
        if (answers.slice(0, at + 1).join("").includes("-end-")) break;
        await client.stderr.until(new RegExp(`<- read ${at + 1}: ${answer.length} byte`));
      }
      assertEquals(await client.ended, 0);
      assertMatch(client.stdout.text, sentLine("1 file"));
    });
  });
}

Deno.test("files client --simple connects anew when the server hangs up after each file", async () => {
  await withFiles(
    { "a.txt": "hello", "b.txt": "world", "c.txt": "!" },
    async ({ receiver, paths }) => {
      const args = ["--simple", ...paths];
      await using client = startClient("files", { port: receiver.port, args });
      for (const wanted of [/^5::txt::hello$/, /^5::txt::world$/, /^1::txt::!$/]) {
        const peer = await receiver.accept();
        await peer.until(wanted);
        await peer.send("-end-");
        peer.close();
      }
      assertEquals(await client.ended, 0);
      assertEquals(client.stderr.text, "");
      assertMatch(client.stdout.text, sentLine("3 files"));
    },
  );
});

Deno.test("files client --simple says what the server says when that refuses a file", async () => {
  await withFiles({ "a.txt": "hello" }, async ({ receiver, paths }) => {
    const args = ["--simple", ...paths];
    await using client = startClient("files", { port: receiver.port, args });
    const peer = await receiver.accept();
    await peer.until(/^5::txt::/);
    await peer.send("error: no \x1b[31mroom\n");
    assertEquals(await client.ended, 1);
    assertEquals(client.stderr.text, `${paths[0]} was not stored: no \\x1b[31mroom\n`);
    assertMatch(client.stdout.text, sentLine("0 files", "; 1 not stored"));
  });
});

Deno.test("files client --simple ends with 1 and one line when the server hangs up midway", async () => {
  await withFiles({ "a.bin": someBytes(32 * MIB) }, async ({ receiver, paths }) => {
    const args = ["--simple", ...paths];
    await using client = startClient("files", { port: receiver.port, args });
    const peer = await receiver.accept();
    await peer.readSome(1000);
    await peer.send("Received:1000\n");
    peer.close();
    assertEquals(await client.ended, 1);
    assertEquals(client.stdout.text, "");
    assertMatch(
      client.stderr.text,
      new RegExp(
        `^files: Lost the connection to 127\\.0\\.0\\.1:${receiver.port}: ` +
          "the (receiver hung up before it had stored the file|peer reset the connection)\n$",
      ),
    );
  });
});

Deno.test("files client --simple ends with 1 and one line when the server says nothing", async () => {
  await withFiles({ "a.txt": "hello" }, async ({ receiver, paths }) => {
    const args = ["--simple", "--idle-timeout", "200ms", ...paths];
    await using client = startClient("files", { port: receiver.port, args });
    const peer = await receiver.accept();
    await peer.until(/^5::txt::hello$/);
    assertEquals(await client.ended, 1);
    assertEquals(client.stdout.text, "");
    assertMatch(
      client.stderr.text,
      /^files: Cannot keep the connection to 127\.0\.0\.1:\d+: no byte passed within 200 ms \(idle deadline\)\n$/,
    );
  });
});

Deno.test("files client --simple ends with 130 and says that nothing is kept when it is interrupted", async () => {
  await withFiles({ "a.bin": someBytes(32 * MIB) }, async ({ receiver, paths }) => {
    const args = ["--simple", ...paths];
    await using client = startClient("files", { port: receiver.port, args });
    const peer = await receiver.accept();
    await peer.readSome(1000);
    client.stop();
    assertEquals(await client.ended, 130);
    assertEquals(client.stdout.text, "");
    assertEquals(client.stderr.text, "files: Interrupted: what was under way was not stored\n");
  });
});

Deno.test("files client --simple sends stdin when - is given, and says when that is too much", async () => {
  await withServer({}, async ({ server, inbox }) => {
    const run = (stdin: string) =>
      runClient("files", { port: server.port, args: ["--simple", "-"], stdin });
    const { code, stdout, stderr } = await run("hello");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("1 file"));
    const [name = ""] = await inbox.names();
    assertEquals(new TextDecoder().decode(await inbox.bytes(name)), "hello");
    const more = await run("x".repeat(16 * MIB + 1));
    assertEquals(more.code, 1);
    assertEquals(
      more.stderr,
      "stdin was not stored: the simple format has to say the size first, " +
        "and this is over 16.0 MiB of unknown size: send a file\n",
    );
  });
});

Deno.test("files client --simple sends 16 MiB when the server acknowledges each 2 KiB and never reads ahead", async () => {
  const size = 16 * MIB;
  await withFiles({ "a.bin": someBytes(size) }, async ({ receiver, paths }) => {
    const args = ["--simple", ...paths];
    await using client = startClient("files", { port: receiver.port, args });
    using conn = await receiver.acceptConn();
    const piece = new Uint8Array(2048);
    const header = `${size}::bin::`;
    assertEquals(await conn.read(piece.subarray(0, header.length)), header.length);
    assertEquals(new TextDecoder().decode(piece.subarray(0, header.length)), header);
    const digest = sha256();
    // Together the answers are far more than what any two sockets hold.
    const comment = `${"x".repeat(4000)}\n`;
    for (let received = 0; received < size;) {
      const count = await conn.read(piece);
      assert(count !== null);
      digest.update(piece.subarray(0, count));
      received += count;
      await sendAll(conn, `Received:${received}\n${comment}`);
    }
    await sendAll(conn, "-end-");
    assertEquals(await client.ended, 0);
    assertEquals(client.stderr.text, "");
    assertEquals(digest.digest(), digestOf(someBytes(size)));
  });
});

async function sendAll(conn: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
