import { succeeds } from "../cli/child.ts";

/** Whether a test may mount a disk of its own. */
export const canMount = succeeds(["sh", "-c", '[ "$(id -u)" = 0 ] && command -v mount']);
