import { escapeControls } from "../codec/escape_controls.ts";

/** Deno guards what lies here by itself, whatever was allowed by its path. */
const GUARDED = /^\/(?:dev|proc|sys)(?:\/|$)/;

/** What {@linkcode permissionAdvice} is about. */
export interface PermissionAdviceOptions {
  /** The path that Deno refused. */
  readonly path: string;
  /** The flags that would allow it elsewhere. */
  readonly flags: string;
}

/** Returns what to add to the command so that Deno allows what it refused (`NotCapable`). */
export function permissionAdvice(
  error: unknown,
  { path, flags }: PermissionAdviceOptions,
): string {
  // A link may lead there as well: Deno says then that it wants everything.
  const wantsAll = error instanceof Error && error.message.startsWith("Requires all access");
  if (!wantsAll && !GUARDED.test(path)) return `add ${escapeControls(flags)} to the command`;
  return "Deno wants --allow-all for what lies in /dev, /proc and /sys: add it to the command, " +
    "or take another path";
}
