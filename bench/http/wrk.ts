import { UsageError } from "../../cli/usage_error.ts";
import { run } from "../processes.ts";

/** What a server is loaded with. */
export interface HttpLoad {
  readonly connections: number;
  /** Requests that a connection sends in one piece; each piece waits for the answers to the one before. */
  readonly pipelined: number;
  /** How long, in milliseconds; wrk counts whole seconds. */
  readonly ms: number;
}

/** What pipeline.lua prints. */
interface Summary {
  answers: number;
  bytes: number;
  microseconds: number;
  refused: number;
  failed: number;
}

/** Requires the program that loads the servers. @throws {UsageError} It is not installed. */
export async function requireWrk(): Promise<void> {
  try {
    // It has no option that only tells its version: it prints its help, and ends with 1.
    await new Deno.Command("wrk", { args: ["--version"], stdout: "null", stderr: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError("wrk loads the servers, and is not installed here: apt-get install wrk");
  }
}

/**
 * Returns how many answers a second a server gives. wrk has one thread: where there are two cores, one is the server's.
 *
 * @throws {Error} An answer was an error, a connection failed, or the answers had another size than `answerBytes`.
 */
export async function answersPerSecond(
  port: number,
  { connections, pipelined, ms, answerBytes }: HttpLoad & { answerBytes: number },
): Promise<number> {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const script = new URL("pipeline.lua", import.meta.url).pathname;
  const load = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "-s", script];
  const printed = await run(["wrk", ...load, `http://127.0.0.1:${port}/`, "--", String(pipelined)]);
  // pipeline.lua prints this shape.
  const summary = JSON.parse(/^\{.*\}$/m.exec(printed)?.[0] ?? "{}") as Summary;
  const { answers, bytes, microseconds, refused, failed } = summary;
  if (refused > 0 || failed > 0 || !(answers > 0)) throw new Error(`wrk says: ${printed}`);
  // Answers that the end cut off are among the bytes.
  if (Math.abs(bytes / answers / answerBytes - 1) > 0.05) {
    throw new Error(`An answer had ${bytes / answers} bytes under load, and ${answerBytes} before`);
  }
  return answers / microseconds * 1e6;
}
