/** Says whether the npm package is built and has this file, so that our code can be measured on Node as well. */
export async function isBuilt(file: string): Promise<boolean> {
  try {
    return (await Deno.stat(new URL(`../npm/esm/${file}`, import.meta.url))).isFile;
  } catch {
    return false;
  }
}
