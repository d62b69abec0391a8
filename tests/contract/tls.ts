import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { readExactly, utf8, writeAll } from "./bytes.ts";
import { both, LOCALHOST, type Pair, pairOf } from "./pairs.ts";

const good = new URL("../net/testdata/", import.meta.url);
const refused = new URL("testdata/", import.meta.url);

/** The tests' certificate for `localhost` and `127.0.0.1`, and its key. */
export const server = {
  cert: Deno.readTextFileSync(new URL("cert.pem", good)),
  key: Deno.readTextFileSync(new URL("key.pem", good)),
};

const key = Deno.readTextFileSync(new URL("key.pem", refused));

/** A certificate for another name, and its key. */
export const otherName = {
  cert: Deno.readTextFileSync(new URL("other_name.pem", refused)),
  key,
};

/** A certificate that was good in January 2020, and its key. */
export const expired = { cert: Deno.readTextFileSync(new URL("expired.pem", refused)), key };

/** What `openssl req -x509` makes where nobody says more: an authority's certificate for `localhost`, and its key. */
export const authority = {
  cert: Deno.readTextFileSync(new URL("../cli/testdata/authority.pem", import.meta.url)),
  key,
};

/** What a client trusts. */
export const caCerts: string[] = [server.cert];

/** Listens with TLS. */
export function listenTls(
  options: Partial<Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem> = {},
): Deno.TlsListener {
  return Deno.listenTls({ hostname: LOCALHOST, port: 0, ...server, ...options });
}

/** How a {@linkcode tlsPair} is opened. */
export interface TlsPairOptions {
  /** What the server says. */
  listen?: Partial<Deno.ListenTlsOptions & Deno.TlsCertifiedKeyPem>;
  /** What the client says. */
  connect?: Partial<Deno.ConnectTlsOptions>;
}

/** Opens a TLS connection, whose handshake is still to come. */
export async function tlsPair(
  { listen = {}, connect = {} }: TlsPairOptions = {},
): Promise<Pair<Deno.TlsConn>> {
  using listener = listenTls(listen);
  const { port } = listener.addr;
  const connecting = Deno.connectTls({ hostname: "localhost", port, caCerts, ...connect });
  return pairOf(await both(connecting, listener.accept()));
}

/** A TLS connection through a relay that can cut it. */
export interface RelayedPair extends Pair<Deno.TlsConn> {
  /** Cuts it, without a word of TLS: `end` says FIN, `reset` says RST, both to either side. */
  cut(how: "end" | "reset"): Promise<void>;
}

/** Opens a TLS connection through a relay, and says a word each way. */
export async function relayedPair(): Promise<RelayedPair> {
  using listener = listenTls();
  const sockets: Socket[] = [];
  const relay = createServer({ allowHalfOpen: true }, (down) => {
    const up = connect({ host: LOCALHOST, port: listener.addr.port, allowHalfOpen: true });
    sockets.push(down, up);
    for (const [from, to] of [[down, up], [up, down]] as const) {
      from.on("error", () => {});
      from.on("data", (bytes) => to.write(bytes));
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, LOCALHOST, resolve));
  const { port } = relay.address() as AddressInfo;
  const pair = pairOf(
    await both(Deno.connectTls({ hostname: "localhost", port, caCerts }), listener.accept()),
  );
  // A word each way, so that nothing of the handshake is under way when it is cut.
  for (const [from, to] of [[pair.near, pair.far], [pair.far, pair.near]] as const) {
    await writeAll(from, utf8("word"));
    await readExactly(to, 4);
  }
  return {
    ...pair,
    async cut(how) {
      await Promise.all(sockets.map((socket) =>
        new Promise<void>((resolve) => {
          if (how === "end") {
            socket.end(resolve);
          } else {
            socket.once("close", () => resolve());
            socket.resetAndDestroy();
          }
        })
      ));
    },
    [Symbol.dispose]() {
      pair[Symbol.dispose]();
      for (const socket of sockets) socket.destroy();
      relay.close();
    },
  };
}
