import { assertEquals } from "@std/assert";
import type { DatagramTransport } from "../../net/datagrams/transport.ts";
import { inFolder, namesIn, withFile } from "./folder.ts";
import { tcpPair } from "./pairs.ts";
import { onBun, onNode } from "./runtime.ts";
import { authority, otherName, relayedPair, tlsPair } from "./tls.ts";
import { settles, turns } from "./waiting.ts";

/** What Deno, Node and Bun cannot do alike. */
interface Difference {
  readonly name: string;
  readonly deno: string;
  readonly node: string;
  /** Where Bun's `node:` modules do it in another way than Node's. */
  readonly bun?: string;
  readonly why: string;
  /** Does it, and says what came of it. */
  readonly outcome: () => Promise<string>;
}

/** Says how a promise ended. */
async function ending(promise: Promise<unknown>): Promise<string> {
  try {
    return String(await promise);
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

const DIFFERENCES: readonly Difference[] = [
  {
    name: "read() at the end of a TLS connection that was cut without a closing word",
    deno: "UnexpectedEof",
    node: "null",
    why: "node:tls says the same 'end' for a FIN with and without close_notify",
    outcome: async () => {
      using pair = await relayedPair();
      await pair.cut("end");
      return await ending(pair.near.read(new Uint8Array(1)));
    },
  },
  {
    name: "handshake() of a TLS server is told that the client refuses its certificate",
    deno: "yes",
    node: "no",
    why: "node:tls looks at the certificate when the handshake is over, and sends no alert",
    outcome: async () => {
      using pair = await tlsPair({ connect: { caCerts: [otherName.cert] } });
      const serving = ending(pair.far.handshake());
      await ending(pair.near.handshake());
      // Elsewhere it is over, or the connection is, whichever the server sees first.
      return await serving === "InvalidData" ? "yes" : "no";
    },
  },
  {
    name: "handshake() of a client takes a server's certificate that is an authority's (CA:TRUE)",
    deno: "no",
    node: "yes",
    why: "rustls keeps authorities and servers apart, OpenSSL trusts what it was given",
    outcome: async () => {
      using pair = await tlsPair({ listen: authority, connect: { caCerts: [authority.cert] } });
      const serving = ending(pair.far.handshake());
      const outcome = await ending(pair.near.handshake());
      await serving;
      return outcome === "InvalidData" ? "no" : "yes";
    },
  },
  {
    name: "write() of 64 MiB that nobody reads",
    deno: "some of it",
    node: "nothing yet",
    why: "node:net takes all of it, and says so when the system has the last byte",
    outcome: async () => {
      using pair = await tcpPair();
      const writing = pair.near.write(new Uint8Array(64 * 1024 * 1024));
      const settled = await settles(writing, { within: 200 });
      pair.near.close();
      const count = await writing.catch(() => 0);
      if (!settled) return "nothing yet";
      return count < 64 * 1024 * 1024 ? "some of it" : "all of it";
    },
  },
  {
    name: "open() that makes what a dangling link leads to",
    deno: "NotFound",
    node: "link,target",
    why:
      "Deno looks where a path leads before it asks whether that is allowed; it makes it with --allow-all alone",
    outcome: async () => {
      let found = "";
      await inFolder(async (folder) => {
        await Deno.symlink(`${folder}/target`, `${folder}/link`);
        found = await ending((async () => {
          using _file = await Deno.open(`${folder}/link`, { write: true, create: true });
          return await namesIn(folder);
        })());
      });
      return found;
    },
  },
  {
    name: "open() of a file whose path ends with a slash",
    deno: "a file",
    node: "NotADirectory",
    why: "Deno tidies a path up before it asks whether that is allowed, but not with --allow-all",
    outcome: async () => {
      let found = "";
      await withFile("x", async (path) => {
        found = await ending(
          Deno.open(`${path}/`).then((file) => {
            file.close();
            return "a file";
          }),
        );
      });
      return found;
    },
  },
  {
    name: "stat() of an empty path",
    deno: "Error",
    node: "NotFound",
    why: "Deno refuses it before it asks whether that is allowed, but not with --allow-all",
    outcome: () => ending(Deno.stat("")),
  },
  {
    name: "seek() in a device that has no positions",
    deno: "0",
    node: "5",
    why:
      "node:fs cannot seek: the shim counts by itself, and does not know how far a position can lie",
    outcome: async () => {
      using device = await Deno.open("/dev/zero");
      return String(await device.seek(5, Deno.SeekMode.Start));
    },
  },
  {
    name: "stat() tells when what is known about a file last changed",
    deno: "whole seconds",
    node: "milliseconds",
    why: "Deno cuts that time to seconds, and no other",
    outcome: async () => {
      let found = "whole seconds";
      await withFile("x", async (path) => {
        for (let time = 0; time < 3 && found === "whole seconds"; time++) {
          // At most one of them can fall on a whole second.
          await Deno.chmod(path, 0o600);
          if ((await Deno.stat(path)).ctime!.getMilliseconds() !== 0) found = "milliseconds";
          await turns(2);
        }
      });
      return found;
    },
  },
  {
    name: "receive() at a socket that knows its peer, when nobody listens there",
    deno: "no such socket",
    node: "ConnectionRefused",
    why:
      "Deno connects no datagram sockets; Bun's, which it cannot connect later on, tell all the same",
    outcome: async () => {
      const bind = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
      const [socket, gone] = [bind() as DatagramTransport, bind()];
      const peer = gone.addr as Deno.NetAddr;
      gone.close();
      try {
        if (!socket.connect) return "no such socket";
        await socket.connect(peer);
        const receiving = ending(socket.receive(new Uint8Array(1)));
        await socket.send(new Uint8Array(1), peer);
        return await receiving;
      } finally {
        socket.close();
      }
    },
  },
  {
    name: "write() to a child that has closed its input",
    deno: "BrokenPipe",
    node: "BrokenPipe",
    bun: "undefined",
    why:
      "node:child_process says it of a pipe that nobody reads, but Bun's closes it without a word",
    outcome: async () => {
      const child = new Deno.Command("sh", {
        args: ["-c", "exec <&-; echo closed"],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      for await (const _ of child.stdout);
      const writer = child.stdin.getWriter();
      const closed = writer.closed.catch(() => {});
      const found = await ending(writer.write(new Uint8Array(1)));
      await writer.close().catch(() => {});
      await closed;
      await child.status;
      return found;
    },
  },
];

for (const { name, deno, node, bun = node, why, outcome } of DIFFERENCES) {
  const expected = onBun ? bun : onNode ? node : deno;
  Deno.test(`${name}: ${expected}, as ${why}`, async () => {
    assertEquals(await outcome(), expected);
  });
}
