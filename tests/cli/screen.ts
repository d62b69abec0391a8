/** What a terminal of so many columns shows after all that was written to it: rows of text, of which none scrolls away. */
export function screenOf(written: string, columns: number): string[] {
  const rows: string[][] = [[]];
  let [row, column] = [0, 0];
  // deno-lint-ignore no-control-regex
  for (const [piece] of written.matchAll(/\x1b\[[?\d;]*[A-Za-z]|[\s\S]/gu)) {
    // deno-lint-ignore no-control-regex
    const [, count = "", what] = /^\x1b\[([?\d;]*)([A-Za-z])$/.exec(piece) ?? [];
    const by = Number(count) || 1;
    if (what === "A") row = Math.max(0, row - by);
    else if (what === "B") row += by;
    else if (what === "C") column += by;
    else if (what === "D") column = Math.max(0, column - by);
    else if (what === "G") column = by - 1;
    else if (what === "J" || what === "K") {
      // From the cursor on; with 2 all of the row.
      rows[row] = rowOf(rows, row).slice(0, count === "2" ? 0 : column);
      if (what === "J") rows.length = row + 1;
    } else if (what !== undefined) continue;
    else if (piece === "\r") column = 0;
    else if (piece === "\n") row++;
    else {
      const isWide = /\p{sc=Han}/u.test(piece);
      if (column + (isWide ? 2 : 1) > columns) [row, column] = [row + 1, 0];
      const cells = rowOf(rows, row);
      while (cells.length < column) cells.push(" ");
      cells[column++] = piece;
      if (isWide) cells[column++] = "";
    }
    rowOf(rows, row);
  }
  return rows.map((cells) => cells.join("").trimEnd());
}

function rowOf(rows: string[][], row: number): string[] {
  while (rows.length <= row) rows.push([]);
  return rows[row]!;
}
