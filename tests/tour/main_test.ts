import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { EXIT_FAILED } from "../../cli/exit_codes.ts";
import { program as talkbackServer } from "../../servers/talkback.ts";
import { scenes } from "../../tour/scenes.ts";
import { main } from "../../tour/main.ts";
import type { Scene } from "../../tour/scene.ts";
import { Stage } from "../../tour/stage.ts";
import { run } from "../cli/child.ts";
import { runMain } from "../cli/in_process.ts";
import { keptIo } from "../cli/kept_io.ts";
import { TOUR_COMMAND } from "../../cli/start_commands.ts";
import { runCommand } from "../runtime.ts";
import { isRefused } from "../cli/peer.ts";

/** The permissions of `deno task tour`. */
const FLAGS = [
  "--allow-net=127.0.0.1",
  "--allow-read=.parley-tour",
  "--allow-write=.parley-tour",
  "--allow-sys=statfs",
  "--allow-env=TERM",
];

Deno.test("the tour shows every scene and ends with 0 when all is well", async () => {
  const { code, stdout, stderr } = await run(runCommand("tour/main.ts", { flags: FLAGS }));
  assertEquals(stderr, "");
  for (const { name, title, notice } of scenes) {
    assertStringIncludes(stdout, `\n${name}: ${title}\n`);
    assertStringIncludes(stdout, `Notice: ${notice}.`);
    assertMatch(stdout, new RegExp(`^  ${name} .* ok +\\d+ ms$`, "m"));
  }
  assertMatch(stdout, /\n {2}SCENE +WHAT WAS CHECKED +RESULT +TIME\n/);
  assertMatch(stdout, /\n\d+ checks passed, 0 failed\n$/);
  assertEquals(code, 0);
});

Deno.test("the tour shows one scene when it is asked for it", async () => {
  const { code, stdout } = await runMain(main, ["reverse"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "revreS olleH");
  assertEquals(/^(greeting|talkback|framing): /m.exec(stdout), null);
});

Deno.test("the tour shows one read with three messages and one message in three reads", async () => {
  const { stdout } = await runMain(main, ["framing"]);
  for (const line of ['"one"', '"two"', '"three"']) {
    assertMatch(stdout, new RegExp(`<= message ${line} \\(bytes \\d+ to \\d+, read 1\\)`));
  }
  assertMatch(stdout, /<= message "four" \(bytes 14 to 19, reads 2 to 4\)/);
});

for (
  const [args, problem] of [
    [["framin"], 'tour: there is no scene "framin"; did you mean framing?\n'],
    [["reverse", "xyz"], 'tour: there is no scene "xyz"\n'],
  ] as const
) {
  Deno.test(`the tour ends with 2 when it is asked for [${args.join(" ")}]`, async () => {
    const { code, stdout, stderr } = await runMain(main, args);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(
      stderr,
      `${problem}Usage: ${TOUR_COMMAND} [${scenes.map(({ name }) => name).join("|")}]...\n`,
    );
  });
}

for (
  const [what, play, row] of [
    [
      "a check fails",
      (stage: Stage) => {
        stage.check("water is dry", false);
        stage.check("water is wet", true);
        return Promise.resolve();
      },
      /^ {2}broken +water is dry +FAILED +\d+ ms\n +water is wet +ok\n/m,
    ],
    [
      "a scene throws",
      () => Promise.reject(new Error("no water")),
      /^ {2}broken +no water +FAILED +\d+ ms\n/m,
    ],
  ] as const
) {
  Deno.test(`the tour ends with 1 and says where when ${what}`, async () => {
    const io = keptIo();
    const broken: Scene = { name: "broken", title: "Broken", notice: "nothing", play };
    // The tour reads this very list, so a scene can be put into it; a readonly type does not freeze it.
    const list = scenes as Scene[];
    list.push(broken);
    try {
      assertEquals(await main(["broken"], io), EXIT_FAILED);
    } finally {
      list.pop();
    }
    assertMatch(io.out.join(""), row);
    assertMatch(io.out.join(""), /\n[01] checks passed, 1 failed\n$/);
  });
}

Deno.test("Stage ends every server when it is cleared", async () => {
  const told: string[] = [];
  const stage = new Stage((_who, line) => void told.push(line));
  const server = await stage.server(talkbackServer);
  await stage.clear();
  assertEquals(await server.ended, 0);
  assert(await isRefused(server.port));
  assertEquals(told[0], "$ parley serve talkback");
});

Deno.test("Stage says so when a server does not start", async () => {
  const stage = new Stage(() => {});
  await assertRejects(
    () => stage.server(talkbackServer, ["--frobnicate"]),
    Error,
    "The talkback server did not start",
  );
});
