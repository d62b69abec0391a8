import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ExplainedError } from "../../cli/explained_error.ts";
import { ownerOnly, removeStaleSocket } from "../../cli/unix_socket.ts";
import { inFolder, namesIn } from "../contract/folder.ts";
import { run } from "./child.ts";
import { runCommand } from "../runtime.ts";

const ignore = Deno.build.os === "windows";

Deno.test(
  "ownerOnly() lets nobody but this user connect, and closing removes the file",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.sock`;
      const listener = ownerOnly(Deno.listen({ transport: "unix", path }));
      assertEquals((Deno.lstatSync(path).mode ?? 0) & 0o777, 0o600);
      listener.close();
      assertEquals(await namesIn(folder), []);
    }),
);

Deno.test(
  "ownerOnly() closes the listener when the permissions cannot be set",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.sock`;
      const listener = Deno.listen({ transport: "unix", path });
      await Deno.remove(path);
      assertThrows(() => ownerOnly(listener), Deno.errors.NotFound);
      await assertRejects(() => listener.accept(), Deno.errors.BadResource);
    }),
);

Deno.test(
  "removeStaleSocket() removes what a server left that was killed",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.sock`;
      const left = runCommand("tests/cli/children/left_socket.ts", { flags: ["-A"], args: [path] });
      assertEquals(await run(left), { code: 0, stdout: "", stderr: "" });
      assertEquals(await namesIn(folder), ["a.sock"]);
      await removeStaleSocket(path);
      assertEquals(await namesIn(folder), []);
      // Nothing there is fine as well.
      await removeStaleSocket(path);
    }),
);

Deno.test(
  "removeStaleSocket() leaves alone what answers, and what is no socket",
  { ignore },
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/a.sock`;
      {
        using _listener = Deno.listen({ transport: "unix", path });
        const error = await assertRejects(() => removeStaleSocket(path), ExplainedError);
        assertEquals([error.code, error.message], [
          "addr-in-use",
          `Cannot listen on ${path}: a server listens there already; take another path with --unix`,
        ]);
        assert(Deno.lstatSync(path).isSocket);
      }
      await Deno.writeTextFile(`${folder}/notes`, "mine");
      const error = await assertRejects(() => removeStaleSocket(`${folder}/notes`), ExplainedError);
      assertEquals([error.code, error.why], [
        "already-exists",
        "there is a file that is no socket",
      ]);
      assertEquals(await Deno.readTextFile(`${folder}/notes`), "mine");
    }),
);
