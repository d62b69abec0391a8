import { typedAs } from "./options.ts";
import type { ProgramDeclaration } from "./declaration.ts";
import { startCommandsOf } from "./start_commands.ts";

/** Returns rows with their columns aligned. */
export function columns(rows: readonly (readonly string[])[], indent = "  "): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    indent + row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ").trimEnd() + "\n"
  ).join("");
}

/** Returns how a program is called. */
export function usageOf(program: ProgramDeclaration): string {
  const operands = program.operands === undefined ? "" : ` ${program.operands}`;
  const lines = startCommandsOf(program).map((command) => `  ${command} [options]${operands}\n`);
  return `Usage:\n${lines.join("")}`;
}

/** Returns a program's help. */
export function helpOf(program: ProgramDeclaration): string {
  const rows = Object.entries(program.options).map(([name, option]) => {
    const { description, fallbackText } = option;
    return [
      typedAs(name, option),
      fallbackText ? `${description} (default ${fallbackText})` : description,
    ];
  });
  rows.push(["-h, --help", "Print this help"], ["-v, --version", "Print the version"]);
  return `The ${program.name} ${program.kind} ${program.summary}.

${usageOf(program)}
Options:
${columns(rows)}
Try it:
  ${program.tryIt(startCommandsOf(program)[0])}
`;
}
