// The commands of docs/tls.md, as a reader runs them.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../contract/folder.ts";
import { onNode } from "../runtime.ts";
import { runClient, startServer } from "./in_process.ts";

const MAKE = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 365 " +
  "-subj /CN=localhost";
const FOR_SERVER = " -addext basicConstraints=critical,CA:FALSE " +
  "-addext subjectAltName=DNS:localhost,IP:127.0.0.1";
const DIGEST = "openssl x509 -in cert.pem -noout -fingerprint -sha256";
const DECRYPT = "openssl pkey -in encrypted.pem -out key.pem";

const ignore = !await isInstalled();

Deno.test({
  name: "the documented certificate is trusted with --ca, by name and by address (needs openssl)",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await run(MAKE + FOR_SERVER, folder);
      await using server = await startServer("talkback", { args: certOf(folder) });
      for (const hostname of ["localhost", "127.0.0.1"]) {
        const args = ["--tls", "--ca", `${folder}/cert.pem`];
        const ran = await runClient("talkback", {
          port: server.port,
          hostname,
          args,
          stdin: "hello\nquit\n",
        });
        assertEquals([ran.code, ran.stderr], [0, ""]);
        assertMatch(ran.stdout, /You said 'hello'\.\nGoodbye!\n$/);
      }
    }),
});

Deno.test({
  name: "the usual certificate is trusted by the digest that openssl prints (needs openssl)",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await run(MAKE, folder);
      const digest = await run(DIGEST, folder);
      await using server = await startServer("talkback", { args: certOf(folder) });
      for (const typed of [digest, digest.replace(/^.*=/, ""), digest.replace(/^.*=|:/g, "")]) {
        const ran = await runClient("talkback", {
          port: server.port,
          args: ["--tls", "--fingerprint", typed],
          stdin: "quit\n",
        });
        assertEquals([ran.code, ran.stderr], [0, ""]);
      }
    }),
});

Deno.test({
  name: "an encrypted key is taken when it was decrypted as documented (needs openssl)",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await run(MAKE + FOR_SERVER, folder);
      await run(
        "openssl pkey -in key.pem -aes256 -passout pass:parley -out encrypted.pem",
        folder,
      );
      await run(`${DECRYPT} -passin pass:parley`, folder);
      await using server = await startServer("talkback", { args: certOf(folder) });
      assert(server.port > 0);
    }),
});

Deno.test({
  name: "docs/tls.md gives these commands (needs the documents)",
  ignore: onNode,
  fn: async () => {
    const page = await Deno.readTextFile("docs/tls.md");
    for (const command of [MAKE + FOR_SERVER, DIGEST, DECRYPT]) {
      assert(page.includes(`\n\`\`\`sh\n${command}\n\`\`\`\n`), command);
    }
  },
});

function certOf(folder: string): readonly string[] {
  return ["--cert", `${folder}/cert.pem`, "--key", `${folder}/key.pem`];
}

/** Runs a command to its end, and returns what it printed. */
async function run(command: string, folder: string): Promise<string> {
  const [program = "", ...args] = command.split(" ");
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder })
    .output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

async function isInstalled(): Promise<boolean> {
  try {
    return (await new Deno.Command("openssl", { args: ["version"] }).output()).success;
  } catch {
    return false;
  }
}
