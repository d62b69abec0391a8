import { isOfLostPeer, systemCodeOf } from "./errors.ts";

/**
 * Why an accept failed: `lost`, the connection died before it was accepted; `scarce`, the system lacks something; `closed`,
 * the listener is; `unknown`, nothing of these.
 */
export type AcceptFailure = "lost" | "scarce" | "closed" | "unknown";

/**
 * The system's codes for a connection that is no more. accept(2) also hands out the network errors that a connection met
 * while it waited, and says to go on at once; macOS says EINVAL of a socket whose peer has reset it.
 */
const LOST_CODES: ReadonlySet<unknown> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "EINVAL",
  "ENETDOWN",
  "ENETUNREACH",
  "ENONET",
  "ENOPROTOOPT",
  "ENOTCONN",
  "EPIPE",
  "EPROTO",
  "ETIMEDOUT",
]);

/** The system has no more files, memory or buffers. */
const SCARCE_CODES: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** The same in words, for an error that came without its code. */
const SCARCE_WORDS =
  /too many open files|cannot allocate memory|no buffer space|\b(EMFILE|ENFILE|ENOBUFS|ENOMEM)\b/i;

/** Returns why an accept failed, by its error. */
export function acceptFailureOf(error: unknown): AcceptFailure {
  if (!(error instanceof Error)) return "unknown";
  if (error instanceof Deno.errors.BadResource) return "closed";
  const code = systemCodeOf(error);
  if (SCARCE_CODES.has(code) || SCARCE_WORDS.test(error.message)) return "scarce";
  const isLost = LOST_CODES.has(code) || isOfLostPeer(error) ||
    error instanceof Deno.errors.NotConnected;
  return isLost ? "lost" : "unknown";
}
