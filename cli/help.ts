import { typedAs } from "./options.ts";
import type { ProgramDeclaration } from "./declaration.ts";
import { startCommandsOf } from "./start_commands.ts";
import { DEFAULT_COLUMNS, wrapped, wrappedCommand } from "./wrap.ts";

/** How {@linkcode columns} lays out. */
export interface ColumnsOptions {
  /** What every line begins with. @default two spaces */
  readonly indent?: string;
  /** The most columns that a line may have; the last cell of a row breaks between words. @default {80} */
  readonly columns?: number | undefined;
}

/** The last cell of a row has at least so many columns; with less room it stands below the others. */
const MIN_LAST_COLUMNS = 24;
/** How far it stands in there. */
const BELOW = "      ";
/** A space where no line breaks. */
const NO_BREAK = "\u00a0";
/** How far a command's second line stands in. */
const COMMAND_INDENT = "    ";

/** Returns rows with their columns aligned. */
export function columns(
  rows: readonly (readonly string[])[],
  options: ColumnsOptions = {},
): string {
  const { indent = "  ", columns = DEFAULT_COLUMNS } = options;
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) => {
    const last = row.at(-1) ?? "";
    const before = row.slice(0, -1).map((cell, at) => cell.padEnd(widths[at]!) + "  ").join("");
    const head = indent + before;
    const isBelow = columns - head.length < MIN_LAST_COLUMNS && head.length + last.length > columns;
    const room = isBelow ? BELOW : " ".repeat(head.length);
    const lines = wrapped(last, { columns: columns - room.length });
    if (!isBelow) return lines.map((line, at) => (at === 0 ? head : room) + line);
    return [head, ...lines.map((line) => room + line)];
  }).flat().map((line) => `${line.trimEnd()}\n`).join("");
}

/** Returns how a program is called, in lines of so many columns. */
export function usageOf(program: ProgramDeclaration, columns: number = DEFAULT_COLUMNS): string {
  const operands = program.operands === undefined ? "" : ` ${program.operands}`;
  const commands = startCommandsOf(program).map((command) => `${command} [options]${operands}`);
  return `Usage:\n${commands.map((command) => commandLines(command, columns)).join("")}`;
}

/** Returns a program's help, in lines of so many columns. */
export function helpOf(program: ProgramDeclaration, columns: number = DEFAULT_COLUMNS): string {
  const rows = Object.entries(program.options).map(([name, option]) => {
    const { description, fallbackText } = option;
    return [
      typedAs(name, option),
      fallbackText ? `${description} (default${NO_BREAK}${fallbackText})` : description,
    ];
  });
  rows.push(["-h, --help", "Print this help"], ["-v, --version", "Print the version"]);
  const summary = `The ${program.name} ${program.kind} ${program.summary}.`;
  return `${wrapped(summary, { columns }).join("\n")}

${usageOf(program, columns)}
Options:
${optionRows(rows, columns).replaceAll(NO_BREAK, " ")}
Try it:
${commandLines(program.tryIt(startCommandsOf(program)[0]), columns)}`;
}

/** Flags that are so long that their descriptions would have no room stand above them. */
const MAX_FLAG_COLUMNS = 32;

function optionRows(rows: readonly (readonly string[])[], width: number): string {
  const flagColumns = Math.max(
    ...rows.map(([flag = ""]) => flag.length).filter((length) => length <= MAX_FLAG_COLUMNS),
  );
  return rows.map(([flag = "", description = ""]) =>
    flag.length <= flagColumns
      ? columns([[flag.padEnd(flagColumns), description]], { columns: width })
      : `  ${flag}\n${columns([[" ".repeat(flagColumns), description]], { columns: width })}`
  ).join("");
}

function commandLines(command: string, columns: number): string {
  const lines = wrappedCommand(command, { columns: columns - 2, indent: COMMAND_INDENT });
  return lines.map((line) => `  ${line}\n`).join("");
}
