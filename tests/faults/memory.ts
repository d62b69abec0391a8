import { succeeds } from "../cli/child.ts";

/** The system tells how much memory another process holds. */
export const canSeeMemory = succeeds(["grep", "-q", "^VmRSS:", "/proc/1/status"]);

/** Returns how many bytes of memory a process holds. Deno itself may not read /proc without every permission. */
export async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("grep", {
    args: ["^VmRSS:", `/proc/${pid}/status`],
  }).output();
  return parseInt(new TextDecoder().decode(stdout).split(/\s+/)[1] ?? "", 10) * 1024;
}
