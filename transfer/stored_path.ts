/**
 * Says whether a path that a receiver gives, or a receipt holds, stays below its folder on this system: names joined with
 * "/", none of them empty, `.` or `..`.
 */
export function staysBelow(path: string): boolean {
  // Windows parts names at a backslash too, and a colon leads to another disk or into a hidden stream.
  const leads = Deno.build.os === "windows" ? /[\\:\0]/ : /\0/;
  if (leads.test(path) || !path.isWellFormed()) return false;
  return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

/** Says whether a receiver may have stored a file that was offered under one path at another: its last name alone may differ. */
export function canBeStoredAt(path: string, offered: string): boolean {
  return staysBelow(path) && folderOf(path) === folderOf(offered);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
