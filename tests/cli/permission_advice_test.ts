import { assertEquals, assertMatch } from "@std/assert";
import { permissionAdvice } from "../../cli/permission_advice.ts";
import { onNode, runCommand } from "../runtime.ts";
import { run } from "./child.ts";

const refused = new Deno.errors.NotCapable('Requires read access to "x"');
const GUARDED =
  "Deno wants --allow-all for what lies in /dev, /proc and /sys: add it to the command, or take another path";

for (const path of ["inbox", "/devices", "dev/shm", "/srv/dev/x", "/system"]) {
  Deno.test(`permissionAdvice() names the flags for ${path}`, () => {
    const flags = `--allow-read=${path}`;
    assertEquals(permissionAdvice(refused, { path, flags }), `add ${flags} to the command`);
  });
}

for (const path of ["/dev", "/dev/shm/inbox", "/proc/self/fd", "/sys/x"]) {
  Deno.test(`permissionAdvice() says what Deno wants for ${path}`, () => {
    assertEquals(permissionAdvice(refused, { path, flags: "--allow-read" }), GUARDED);
  });
}

Deno.test("permissionAdvice() says what Deno wants where a link leads there", () => {
  const error = new Deno.errors.NotCapable('Requires all access to "/dev/shm/x"');
  assertEquals(permissionAdvice(error, { path: "link", flags: "--allow-read" }), GUARDED);
});

for (
  const flags of [[], ["--allow-read", "--allow-write"], [
    "--allow-read=/dev",
    "--allow-write=/dev",
  ]]
) {
  Deno.test({
    name: `files server --dir /dev/shm/NAME does not ask for [${
      flags.join(" ")
    }] again (needs permissions)`,
    ignore: onNode || Deno.build.os !== "linux",
    fn: async () => {
      const args = ["--port", "0", "--json", "--dir", "/dev/shm/parley-none"];
      const command = runCommand("servers/files.ts", {
        flags: ["--allow-net", "--allow-sys=statfs", ...flags],
        args,
      });
      const { code, stdout, stderr } = await run(command);
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^files: Cannot use the folder \S+: Deno does not allow it; Deno wants --allow-all/,
      );
      assertEquals(JSON.parse(stdout), {
        event: "failed",
        code: "not-capable",
        what: "Cannot use the folder /dev/shm/parley-none",
        why: "Deno does not allow it",
        advice: [GUARDED],
      });
    },
  });
}
