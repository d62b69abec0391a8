import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../contract/folder.ts";
import { digestOf, someBytes } from "../transfer/dialogue.ts";
import { Child, installed, run, succeeds } from "../cli/child.ts";
import { runClient, startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";

const MIB = 1024 ** 2;
const needsPhp = {
  ignore: !succeeds(["php", "-r", "exit(extension_loaded('sockets') ? 0 : 1);"]),
};

for (const size of [2, 5000, MIB]) {
  Deno.test(
    `files client --simple sends ${size} bytes when the receiver is the original (needs php)`,
    needsPhp,
    async () => {
      await inFolder(async (folder) => {
        const content = someBytes(size);
        await Deno.writeFile(`${folder}/picture.jpg`, content);
        await using receiver = new Child([
          "php",
          "tests/servers/testdata/original_receiver.php",
          folder,
        ]);
        const [, port] = await receiver.stdout.until(/^listening on (\d+)\n/);
        const { code, stdout, stderr } = await runClient("files", {
          port: Number(port),
          args: ["--simple", `${folder}/picture.jpg`],
        });
        assertEquals([code, stderr], [0, ""]);
        assertMatch(stdout, /^Sent 1 file, .*\n$/);
        assertEquals(await receiver.ended, 0);
        assertMatch(receiver.stdout.text, new RegExp(`Received:${size}/Total:${size}\n$`));
        assertEquals(
          digestOf(await Deno.readFile(`${folder}/Servertest.jpg`)),
          digestOf(content),
        );
      });
    },
  );
}

for (const size of [0, 1, 5, 2039, 5000, 3 * MIB]) {
  Deno.test(
    `files server stores ${size} bytes when the sender is the original (needs php)`,
    needsPhp,
    async () => {
      await inFolder(async (folder) => {
        const content = someBytes(size);
        await Deno.writeFile(`${folder}/picture.jpg`, content);
        await using inbox = await InboxFolder.make();
        await using server = await startServer("files", { args: inbox.args() });
        const { code, stdout } = await run([
          "php",
          "tests/servers/testdata/original_sender.php",
          String(server.port),
          `${folder}/picture.jpg`,
        ]);
        assertEquals(code, 0);
        assertMatch(stdout, new RegExp(`-end-\n\\[Client Shutdown\\]\nsend data:${size}\n$`));
        const [name = "", ...more] = await inbox.names();
        assertMatch(name, /^received-\d{8}-\d{6}\.jpg$/);
        assertEquals(more, []);
        assertEquals(digestOf(await inbox.bytes(name)), digestOf(content));
      });
    },
  );
}

Deno.test("files server stores what nc sends when it ends its half (needs nc)", {
  ignore: !installed("nc"),
}, async () => {
  await using inbox = await InboxFolder.make();
  await using server = await startServer("files", { args: inbox.args() });
  const { code, stdout } = await run(["nc", "-N", "127.0.0.1", String(server.port)], {
    stdin: "5::txt::hello",
  });
  assertEquals([code, stdout], [0, "-end-"]);
  const [name = ""] = await inbox.names();
  assertEquals(await inbox.text(name), "hello");
});

Deno.test("files server stores many files when several senders of both formats send at once", async () => {
  await inFolder(async (folder) => {
    const content = someBytes(300_000);
    await Deno.writeFile(`${folder}/a.bin`, content);
    await using inbox = await InboxFolder.make();
    await using server = await startServer("files", { args: inbox.args() });
    const ran = await Promise.all(
      ["--simple", "--simple", "--compress"].map((flag) =>
        runClient("files", { port: server.port, args: [flag, `${folder}/a.bin`] })
      ),
    );
    assert(ran.every(({ code }) => code === 0));
    const names = await inbox.names();
    assertEquals(names.length, 3);
    for (const name of names) assertEquals(digestOf(await inbox.bytes(name)), digestOf(content));
  });
});
