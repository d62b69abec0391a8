import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Io } from "../../../cli/io.ts";
import { Progress, type ProgressOptions } from "../../../transfer/report/progress.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";

const MIB = 1024 ** 2;

/** A terminal that both stdout and stderr are: it obeys what a bar needs, and refuses all else. */
class Screen implements Io {
  readonly stdin = new Blob([]).stream();
  readonly interactive = true;
  readonly colour: boolean;
  readonly signals = false;
  readonly stderrIsTerminal = true;
  columns = 80;
  /** What was written on stderr, piece by piece, with ␛ for the escape character. */
  readonly written: string[] = [];
  #rows = [""];
  #column = 0;

  constructor({ colour = false }: { colour?: boolean } = {}) {
    this.colour = colour;
  }

  /** What a person sees. */
  get rows(): readonly string[] {
    return this.#rows;
  }

  get cursor(): { row: number; column: number } {
    return { row: this.#rows.length - 1, column: this.#column };
  }

  stdout(text: string): void {
    for (const [piece] of visibleEscapes(text).matchAll(PIECES)) this.#obey(piece);
  }

  stderr(text: string): void {
    this.written.push(visibleEscapes(text));
    this.stdout(text);
  }

  #obey(piece: string): void {
    const row = this.#rows.at(-1)!;
    if (piece === "\n") {
      this.#rows.push("");
      this.#column = 0;
    } else if (piece === "\r") this.#column = 0;
    else if (piece === "␛[K") this.#rows.splice(-1, 1, row.slice(0, this.#column));
    else if (!/^␛\[\d+m$/.test(piece)) {
      assert(!piece.startsWith("␛"), `the terminal's settings change: ${JSON.stringify(piece)}`);
      const after = this.#column + piece.length;
      assert(after <= this.columns, `${JSON.stringify(piece)} does not fit ${this.columns}`);
      this.#rows.splice(-1, 1, row.slice(0, this.#column) + piece + row.slice(after));
      this.#column = after;
    }
  }
}

/** Line ends, escape sequences of any kind, and what stands between. */
const PIECES = /[\r\n]|␛(?:\[[?\d;]*[A-Za-z]|.)|[^\r\n␛]+/g;

function visibleEscapes(text: string): string {
  return text.replaceAll("\x1b", "␛");
}

async function shown(options: Partial<ProgressOptions> & { screen?: Screen } = {}) {
  const { screen = new Screen(), ...others } = options;
  const clock = new FakeClock();
  const progress = await Progress.start({
    total: 100 * MIB,
    files: 1,
    io: screen,
    columns: () => screen.columns,
    clock,
    ...others,
  });
  return { screen, clock, progress };
}

Deno.test("Progress says how far a transfer is when it goes on", async () => {
  const { screen, clock, progress } = await shown({ files: 20 });
  using _ = progress;
  assertMatch(screen.rows.join("\n"), /^ {2}0% ░{20} 0\/100 MiB$/);
  await clock.advance(1000);
  progress.update({ doneBytes: 25 * MIB, file: "a.bin", fileIndex: 2 });
  await clock.advance(1000);
  assertEquals(screen.rows, [
    " 25% █████░░░░░░░░░░░░░░░ 25/100 MiB 12.5 MiB/s 6 s 3/20 a.bin",
  ]);
  progress.update({ doneBytes: 100 * MIB, file: "b.bin", fileIndex: 19 });
  await clock.advance(100);
  assertMatch(screen.rows.join("\n"), /^100% █{20} 100\/100 MiB \S+ MiB\/s 20\/20 b\.bin$/);
});

Deno.test("Progress draws at most ten times a second when there is news all the time", async () => {
  const { screen, clock, progress } = await shown();
  using _ = progress;
  const before = screen.written.length;
  for (let ms = 1; ms <= 1000; ms++) {
    progress.update({ doneBytes: ms * 1000, file: "a", fileIndex: 0 });
    await clock.advance(1);
  }
  assertEquals(screen.written.length - before, 10);
});

Deno.test("Progress says how much came when nobody knows the total", async () => {
  const { screen, clock, progress } = await shown({ total: undefined });
  using _ = progress;
  progress.update({ doneBytes: 3 * MIB, file: "-", fileIndex: 0 });
  await clock.advance(1000);
  assertEquals(screen.rows, ["3.00 MiB 3.00 MiB/s -"]);
});

Deno.test("Progress takes 100% anew when the total grows", async () => {
  const { screen, clock, progress } = await shown({ total: undefined });
  using _ = progress;
  progress.update({ doneBytes: 50 * MIB, file: "", fileIndex: 0 });
  progress.grow(100 * MIB);
  await clock.advance(100);
  assertMatch(screen.rows[0] ?? "", /^ 50% /);
  progress.grow(200 * MIB);
  await clock.advance(100);
  assertMatch(screen.rows[0] ?? "", /^ 25% .* 50\/200 MiB/);
});

Deno.test("Progress leaves bytes out of the rate when they were there before", async () => {
  const { screen, clock, progress } = await shown();
  using _ = progress;
  const skippedBytes = 80 * MIB;
  progress.update({ doneBytes: 90 * MIB, skippedBytes, file: "", fileIndex: 0 });
  await clock.advance(1000);
  assertMatch(screen.rows[0] ?? "", /^ 90% \S+ 90\/100 MiB 10\.0 MiB\/s 1 s$/);
});

Deno.test("Progress keeps lines whole above the bar when they are written meanwhile", async () => {
  const { screen, clock, progress } = await shown();
  const bar = screen.rows[0] ?? "";
  progress.print("first");
  progress.above(() => screen.stdout("second\nthird\n"));
  assertEquals(screen.rows, ["first", "second", "third", ""]);
  await clock.advance(100);
  assertEquals(screen.rows, ["first", "second", "third", bar]);
  progress.print("fourth");
  progress.stop();
  assertEquals(screen.rows, ["first", "second", "third", "fourth", ""]);
});

Deno.test("Progress leaves the terminal as it was when it stops", async () => {
  const { screen, clock, progress } = await shown();
  await clock.advance(150);
  progress.stop();
  assertEquals([screen.rows, screen.cursor], [[""], { row: 0, column: 0 }]);
  assertEquals(clock.pending, 0);
  const before = screen.written.length;
  progress.update({ doneBytes: 1, file: "", fileIndex: 0 });
  progress.grow(2);
  progress.stop();
  assertEquals(screen.written.length, before);
  progress.print("later");
  assertEquals(screen.rows, ["later", ""]);
});

Deno.test("Progress writes each drawing in one piece when it draws", async () => {
  const { screen, clock, progress } = await shown();
  using _ = progress;
  await clock.advance(300);
  assertEquals(screen.written.length, 4);
  for (const piece of screen.written) assertMatch(piece, /^\r.*␛\[K$/);
});

Deno.test("Progress fits the terminal when that becomes narrow", async () => {
  const { screen, clock, progress } = await shown({ files: 3 });
  using _ = progress;
  const file = "2024/summer/picture.jpg";
  for (const columns of [200, 80, 60, 40, 20, 10]) {
    // Where a terminal puts a line that is too wide for it from now on, nobody can say.
    progress.above(() => {});
    screen.columns = columns;
    progress.update({ doneBytes: 12 * MIB, file, fileIndex: 1 });
    await clock.advance(1000);
    assert((screen.rows[0] ?? "").length < columns, screen.rows[0]);
    assertMatch(screen.rows[0] ?? "", /^ 12%/);
  }
});

Deno.test("Progress shows a name harmlessly when it holds control characters", async () => {
  const { screen, clock, progress } = await shown();
  using _ = progress;
  progress.update({ doneBytes: 0, file: "\x1b[2J\n.txt", fileIndex: 0 });
  await clock.advance(100);
  assertMatch(screen.rows.join("\n"), / \\x1b\[2J\\n\.txt$/);
});

for (const colour of [false, true]) {
  Deno.test(`Progress uses ${colour ? "" : "no "}colours when the program ${colour ? "may" : "may not"}`, async () => {
    const { screen, clock, progress } = await shown({ screen: new Screen({ colour }) });
    using _ = progress;
    progress.update({ doneBytes: 50 * MIB, file: "", fileIndex: 0 });
    await clock.advance(100);
    assertEquals(/␛\[\d+m/.test(screen.written.join("")), colour);
    assertMatch(screen.rows[0] ?? "", /^ 50% █{10}░{10} /);
  });
}

for (
  const [what, options] of [
    ["stderr is no terminal", { stderrIsTerminal: false }],
    ["it shall be hidden", { hidden: true }],
  ] as const
) {
  Deno.test(`Progress shows nothing but lines when ${what}`, async () => {
    const written: string[] = [];
    const io: Io = {
      stdin: new Blob([]).stream(),
      stdout: (text) => void written.push(text),
      stderr: (text) => void written.push(text),
      interactive: false,
      colour: true,
      signals: false,
      stderrIsTerminal: "stderrIsTerminal" in options ? options.stderrIsTerminal : true,
    };
    const { progress, clock } = await shown({ io, hidden: "hidden" in options });
    progress.update({ doneBytes: 1, file: "a", fileIndex: 0 });
    progress.grow(2);
    assertEquals(clock.pending, 0);
    progress.print("sent a");
    progress.stop();
    assertEquals(written, ["sent a\n"]);
  });
}
