import { fileURLToPath } from "node:url";

/** Returns a path as the system takes it. @throws {TypeError} It is the URL of something else than a file here. */
export function pathOf(path: string | URL): string {
  if (typeof path === "string") return path;
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw new TypeError(path.protocol === "file:" ? "Host must be empty" : "Must be a file URL", {
      cause,
    });
  }
}
