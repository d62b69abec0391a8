/** Runs a test in a folder of its own. */
export async function inFolder(test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await test(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Runs a test with the path of a file of its own that holds a text. */
export function withFile(text: string, test: (path: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, text);
    await test(path);
  });
}

/** Returns the names of what a folder holds. */
export async function namesIn(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.sort();
}

/** Runs a command, and says whether it could be run and found all in order. */
async function runs(program: string, ...args: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

/** Makes a named pipe. */
export async function makePipe(path: string): Promise<void> {
  if (!await runs("mkfifo", path)) throw new Error(`Cannot make pipe ${path}`);
}

/** Runs a test in a folder on a disk of its own that holds 64 KiB, and says whether there was one. */
export async function onSmallDisk(test: (path: string) => Promise<void>): Promise<boolean> {
  let found = false;
  await inFolder(async (path) => {
    found = await runs("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path);
    if (!found) return;
    try {
      await test(path);
    } finally {
      // Where it stays, the folder cannot be removed, and the test fails of that.
      await runs("umount", path);
    }
  });
  return found;
}
