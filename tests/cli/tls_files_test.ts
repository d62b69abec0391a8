// What --cert, --key, --ca, --fingerprint and --insecure take, through the real command line.

import { assertEquals, assertMatch } from "@std/assert";
import { certificatesIn, fingerprintOf } from "../../cli/pem.ts";
import { parseFingerprint } from "../../cli/tls.ts";
import { inFolder, withFile } from "../contract/folder.ts";
import { InboxFolder } from "./inbox_folder.ts";
import { runClient, runServer, startServer } from "./in_process.ts";

const CERT = "tests/net/testdata/cert.pem";
const KEY = "tests/net/testdata/key.pem";
const OTHER_KEY = "tests/contract/testdata/key.pem";
const OTHER_NAME = "tests/contract/testdata/other_name.pem";
const EXPIRED = "tests/contract/testdata/expired.pem";
const DATA = "tests/cli/testdata/";
const AUTHORITY = `${DATA}authority.pem`;

/** The first line of what a server says that cannot start with these files. */
async function startWith(cert: string, key: string): Promise<[number, string]> {
  const { code, stderr } = await runServer("talkback", {
    port: 0,
    args: ["--cert", cert, "--key", key],
  });
  return [code, stderr.split("\n")[0]!];
}

const README = "tests/net/testdata/README.md";

for (
  const [what, cert, key, said] of [
    [
      "the certificate is a key",
      KEY,
      KEY,
      `--cert holds no certificate: ${KEY} (it holds: ec private key)`,
    ],
    [
      "the certificate is a text",
      README,
      KEY,
      `--cert holds no certificate: ${README} (it is no PEM)`,
    ],
    [
      "the key is a certificate",
      CERT,
      CERT,
      `--key holds no private key: ${CERT} (it holds: certificate)`,
    ],
    [
      "the key is another one",
      CERT,
      OTHER_KEY,
      `--key is another certificate's: ${OTHER_KEY} does not belong to ${CERT}`,
    ],
    [
      "the key is encrypted",
      AUTHORITY,
      `${DATA}encrypted.pem`,
      `--key is encrypted: ${DATA}encrypted.pem; decrypt it first: openssl pkey -in ${DATA}encrypted.pem -out plain.pem`,
    ],
    [
      "the key is encrypted in the old format",
      AUTHORITY,
      `${DATA}encrypted_old.pem`,
      `--key is encrypted: ${DATA}encrypted_old.pem; decrypt it first: openssl pkey -in ${DATA}encrypted_old.pem -out plain.pem`,
    ],
  ] as const
) {
  Deno.test(`a server ends with 2 and says why when ${what}`, async () => {
    assertEquals(await startWith(cert, key), [2, `talkback: ${said}`]);
  });
}

for (
  const [what, text, why] of [
    ["nothing", "", "it is empty"],
    ["spaces", " \r\n", "it is empty"],
    ["words", "hello", "it is no PEM"],
    [
      "DER",
      "0\x82\x01",
      "it is no PEM; where it is DER, openssl x509 or openssl pkey with -inform der make PEM of it",
    ],
    ["a key", await Deno.readTextFile(KEY), "it holds: ec private key"],
  ] as const
) {
  Deno.test(`a client ends with 2 when --ca holds ${what}`, async () => {
    await withFile(text, async (path) => {
      const args = ["--tls", "--ca", path];
      const { code, stderr } = await runClient("talkback", { port: 1, args });
      assertEquals(
        [code, stderr.split("\n")[0]],
        [2, `talkback: --ca holds no certificate: ${path} (${why})`],
      );
    });
  });
}

Deno.test("a client ends with 2 when --ca holds a certificate that is damaged", async () => {
  for (const body of ["!", "AAAA"]) {
    const text = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    await withFile(text, async (path) => {
      const { code, stderr } = await runClient("talkback", {
        port: 1,
        args: ["--tls", "--ca", path],
      });
      assertEquals(
        [code, stderr.split("\n")[0]],
        [2, `talkback: --ca holds a certificate that is damaged: ${path}`],
      );
    });
  }
});

/** Text as Windows' programs write it. */
const WRITTEN = [
  {
    how: "with a mark and CRLF",
    of: (text: string) => utf8(`\ufeff${text.replaceAll("\n", "\r\n")}`),
  },
  { how: "in UTF-16", of: (text: string) => utf16(`\ufeff${text}`) },
  { how: "in UTF-16, the other way round", of: (text: string) => utf16(`\ufeff${text}`, "big") },
];

for (const { how, of } of WRITTEN) {
  Deno.test(`server and client take PEM files when they are written ${how}`, async () => {
    const [cert, key] = [of(await Deno.readTextFile(CERT)), of(await Deno.readTextFile(KEY))];
    await inFolder(async (folder) => {
      const [certPath, keyPath] = [`${folder}/cert.pem`, `${folder}/key.pem`];
      await Deno.writeFile(certPath, cert);
      await Deno.writeFile(keyPath, key);
      await using server = await startServer("talkback", {
        args: ["--cert", certPath, "--key", keyPath],
      });
      const args = ["--tls", "--ca", certPath];
      const ran = await runClient("talkback", { port: server.port, args, stdin: "quit\n" });
      assertEquals([ran.code, ran.stderr], [0, ""]);
    });
  });
}

const DIGEST = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

Deno.test("parseFingerprint() takes a digest as people and openssl write it", () => {
  const colons = DIGEST.toUpperCase().match(/../g)!.join(":");
  for (
    const typed of [
      DIGEST,
      DIGEST.toUpperCase(),
      colons,
      colons.toLowerCase(),
      `sha256 Fingerprint=${colons}`,
      `SHA256 Fingerprint=${colons}\n`,
      `sha256:${DIGEST}`,
      `SHA-256:${DIGEST}`,
    ]
  ) assertEquals(parseFingerprint(typed), DIGEST);
});

for (
  const [args, said] of [
    [["--ca", CERT], "--ca says whom to trust with --tls: give both"],
    [["--insecure"], "--insecure says whom to trust with --tls: give both"],
    [["--fingerprint", DIGEST], "--fingerprint says whom to trust with --tls: give both"],
    [
      ["--tls", "--insecure", "--ca", CERT],
      "--ca and --insecure say different things: give one of them",
    ],
    [
      ["--tls", "--fingerprint", DIGEST, "--insecure"],
      "--fingerprint and --insecure say different things: give one of them",
    ],
    [
      ["--tls", "--fingerprint", DIGEST.slice(1)],
      "--fingerprint takes the SHA-256 of the server's certificate: 64 hex digits, with or without " +
      "colons, as `openssl x509 -in cert.pem -noout -fingerprint -sha256` prints it",
    ],
  ] as const
) {
  Deno.test(`every client ends with 2 when it is given ${args.map(short).join(" ")}`, async () => {
    for (const name of ["talkback", "greeting", "reverse"]) {
      const { code, stderr } = await runClient(name, { port: 1, args });
      assertEquals([code, stderr.split("\n")[0]], [2, `${name}: ${said}`]);
    }
    const { code, stderr } = await runClient("files", { port: 1, args: [...args, CERT] });
    assertEquals([code, stderr.split("\n")[0]], [2, `files: ${said}`]);
  });
}

/** What can be wrong with a certificate, and what a client says then. */
const WRONG = [
  {
    what: "made for other names",
    cert: OTHER_NAME,
    ca: OTHER_NAME,
    said:
      /the server's certificate is for other\.invalid, not for 127\.0\.0\.1; give one of these with --hostname, or give --fingerprint [\da-f]{64} instead of --ca, if it is that certificate$/,
  },
  {
    what: "too old",
    cert: EXPIRED,
    ca: EXPIRED,
    said:
      /the server's certificate is not valid any more(, since 2020-02-01)?; renew it, or check this machine's clock$/,
  },
  {
    what: "too new",
    cert: `${DATA}future.pem`,
    ca: `${DATA}future.pem`,
    said:
      /the server's certificate is not valid yet(, but will be on 2100-01-01)?; check this machine's clock$/,
  },
  {
    what: "made for no name",
    cert: `${DATA}no_name.pem`,
    ca: `${DATA}no_name.pem`,
    said:
      /the server's certificate is for no host \(it has no subjectAltName\); make it anew with -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127\.0\.0\.1, or give --fingerprint [\da-f]{64} instead of --ca, if it is that certificate$/,
  },
  {
    what: "signed by somebody else",
    cert: `${DATA}same_name.pem`,
    ca: OTHER_NAME,
    said:
      /the server's certificate is not trusted: no trusted authority has signed it; what --ca names is another one: give the one that signed it, or give the certificate's SHA-256 with --fingerprint$/,
  },
  {
    what: "signed by somebody of the same name",
    cert: `${DATA}same_name.pem`,
    ca: CERT,
    said:
      /the server's certificate is not trusted: (the trusted authority of that name has another key|no trusted authority has signed it); what --ca names is another one: give the one that signed it, or give the certificate's SHA-256 with --fingerprint$/,
  },
];

for (const { what, cert, ca, said } of WRONG) {
  Deno.test(`every client says what is wrong with a certificate when it is ${what}`, async () => {
    await using server = await startServer("talkback", {
      args: ["--cert", cert, "--key", OTHER_KEY],
    });
    const { port } = server;
    for (const name of ["talkback", "greeting", "reverse", "files"]) {
      const args = ["--tls", "--ca", ca, ...name === "files" ? [CERT] : []];
      const { code, stderr } = await runClient(name, { port, args, stdin: "x\n" });
      assertEquals(code, 1);
      assertMatch(
        stderr.trimEnd(),
        new RegExp(`^${name}: Cannot connect to 127\\.0\\.0\\.1:${port}: ${said.source}`),
      );
    }
  });
}

Deno.test("every client talks to a server with the usual certificate when it is given its digest", async () => {
  await using server = await startServer("talkback", {
    args: ["--cert", AUTHORITY, "--key", OTHER_KEY],
  });
  const { port } = server;
  const { stderr } = await runClient("talkback", {
    port,
    args: ["--tls", "--fingerprint", DIGEST],
  });
  const [, digest = ""] =
    /^talkback: Cannot connect to 127\.0\.0\.1:\d+: the server has another certificate, with the SHA-256 ([\da-f]{64}), and not 2d71/
      .exec(stderr) ?? [];
  const args = ["--tls", "--fingerprint", digest.toUpperCase()];
  for (const name of ["talkback", "greeting", "reverse"]) {
    const ran = await runClient(name, { port, args, stdin: "quit\n" });
    assertEquals([ran.code, ran.stderr], [0, ""]);
    assertMatch(ran.stdout, /^Welcome /);
  }
});

for (const flags of [[], ["--simple"]] as const) {
  for (const trust of [["--fingerprint", await digestOf(AUTHORITY)], ["--insecure"]] as const) {
    const how = [...flags, trust[0]].join(" ");
    Deno.test(`files client sends to a server with the usual certificate when it is given ${how}`, async () => {
      await using inbox = await InboxFolder.make();
      await using server = await startServer("files", {
        args: inbox.args("--cert", AUTHORITY, "--key", OTHER_KEY),
      });
      await inFolder(async (folder) => {
        const content = new Uint8Array(200_000).map((_, at) => at * 7 + (at >> 8));
        await Deno.writeFile(`${folder}/a.bin`, content);
        const ran = await runClient("files", {
          port: server.port,
          args: ["--tls", ...trust, ...flags, `${folder}/a.bin`],
        });
        assertEquals(ran.code, 0, ran.stderr);
        const [name = ""] = await inbox.names();
        assertEquals((await inbox.bytes(name)).toHex(), content.toHex());
      });
    });
  }
}

Deno.test("every client warns each time when it trusts whoever answers", async () => {
  await using server = await startServer("talkback", {
    args: ["--cert", AUTHORITY, "--key", OTHER_KEY],
  });
  const { port } = server;
  for (const name of ["talkback", "greeting", "reverse"]) {
    const ran = await runClient(name, { port, args: ["--tls", "--insecure"], stdin: "quit\n" });
    assertEquals(
      [ran.code, ran.stderr],
      [0, "Warning: --insecure trusts whoever answers: others may read and change what is sent\n"],
    );
  }
});

Deno.test("a client that was given the usual certificate as authority is served, or told what to do", async () => {
  await using server = await startServer("talkback", {
    args: ["--cert", AUTHORITY, "--key", OTHER_KEY],
  });
  const { port } = server;
  const args = ["--tls", "--ca", AUTHORITY];
  const ran = await runClient("talkback", { port, args, hostname: "localhost", stdin: "quit\n" });
  // OpenSSL takes it, rustls does not.
  if (ran.code === 0) return;
  assertMatch(
    ran.stderr,
    /: the server's certificate is made for an authority \(CA:TRUE\), and not for a server; give --fingerprint [\da-f]{64} instead of --ca, if it is that certificate, or make it anew with -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:localhost\n$/,
  );
  const [, digest = ""] = /--fingerprint (\w+)/.exec(ran.stderr) ?? [];
  const again = await runClient("talkback", {
    port,
    args: ["--tls", "--fingerprint", digest],
    stdin: "quit\n",
  });
  assertEquals([again.code, again.stderr], [0, ""]);
});

async function digestOf(path: string): Promise<string> {
  const [der] = certificatesIn(await Deno.readTextFile(path), { flag: "--ca", path });
  return fingerprintOf(der!);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function utf16(text: string, endian: "big" | "little" = "little"): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at++) {
    view.setUint16(at * 2, text.charCodeAt(at), endian === "little");
  }
  return bytes;
}

/** A test's name holds no machine's paths and no long digits. */
function short(word: string): string {
  return word.length > 30 ? `${word.slice(0, 6)}...` : word;
}
