import { assertEquals } from "@std/assert";
import { inFolder, makePipe } from "../contract/folder.ts";
import { runCommand } from "../runtime.ts";
import { Child, installed, startClient, startServer } from "./child.ts";
import { InboxFolder } from "./inbox_folder.ts";

for (const kind of ["client", "server"] as const) {
  for (const second of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(
      `a ${kind} ends at a second signal, ${second}, when the system never answers about a file (needs mkfifo)`,
      {
        ignore: !installed("mkfifo"),
      },
      () =>
        inFolder(async (folder) => {
          const pipe = `${folder}/pipe`;
          await makePipe(pipe);
          const flags = ["--allow-read", "--allow-net=127.0.0.1"];
          const args = [kind, pipe];
          await using child = new Child(
            runCommand("tests/cli/children/hung_file.ts", { flags, args }),
          );
          await child.stdout.until(/^ready\n/);
          child.signal("SIGTERM");
          await child.stdout.until(/^ready\nheard\n$/);
          child.signal(second);
          assertEquals(await child.ended, 130);
        }),
    );
  }
}

for (const name of ["files", "greeting", "reverse", "talkback"]) {
  Deno.test(`${name} server ends at a second signal when a peer stays and says nothing`, async () => {
    await using inbox = await InboxFolder.make();
    const options = name === "files"
      ? { args: inbox.args("--grace", "1h"), permissions: inbox.permissions }
      : { args: ["--grace", "1h"] };
    await using server = await startServer(name, options);
    using _peer = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await server.stderr.until(/^#0 .* connected$/m);
    server.signal("SIGTERM");
    await server.stderr.until(/stopping; a second SIGTERM ends it at once\n/);
    server.signal("SIGTERM");
    assertEquals(await server.ended, 130);
  });

  Deno.test(`${name} client ends at the second signal at the latest when its peer says nothing`, async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/a`, "hello");
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const args = name === "files" ? [`${folder}/a`] : name === "reverse" ? ["hello"] : [];
      await using client = startClient(name, { port: listener.addr.port, args });
      using _conn = await listener.accept();
      client.signal("SIGTERM");
      client.signal("SIGTERM");
      const code = await client.ended;
      // 143 is that of a signal that nobody listens to.
      assertEquals([130, 143].includes(code), true, `It ended with ${code}`);
    });
  });
}
