import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { type Advice, explain, type ExplainOptions } from "../net/explain.ts";
import { failureCodeOf } from "../net/failure_code.ts";
import { ExplainedError } from "./explained_error.ts";
import { permissionAdvice } from "./permission_advice.ts";

/**
 * Returns one line that says what was tried, the system's reason, and what to do about it in the words of a program's
 * options: the kernel knows no flags.
 */
export async function explainForPrograms(error: unknown, options: ExplainOptions): Promise<string> {
  return (await explainedError(error, options)).message;
}

/** As {@linkcode explainForPrograms}, and returns an error for a program to end with. */
export async function explainedError(
  error: unknown,
  options: ExplainOptions,
): Promise<ExplainedError> {
  const { what, why, advice } = await explain(error, options);
  return new ExplainedError(what, {
    code: failureCodeOf(error),
    why,
    advice: advice.map((one) => withFlags(one, { error, address: options.address })),
    cause: error,
  });
}

function withFlags(
  { kind, text }: Advice,
  { error, address }: { error: unknown; address: Address },
): string {
  const isUnix = "path" in address;
  switch (kind) {
    case "allow":
      return allowAdvice(error, address);
    case "another-path":
      return `${text} with --unix`;
    case "another-port":
      return `${text} with --port`;
    case "check-address":
      return isUnix ? "check --unix" : "check --hostname and --port";
    case "check-hostname":
      return "check --hostname";
    case "fewer-connections":
      return "raise the limit (ulimit -n), or lower --max-connections";
    case "high-port":
      return "use --port with one from 1024 to 65535";
    case "trust-authority":
      return "give its authority with --ca";
    default:
      return text;
  }
}

function allowAdvice(error: unknown, address: Address): string {
  const where = formatAddress(address);
  if (!("path" in address)) return `add --allow-net=${escapeControls(where)} to the command`;
  // Deno wants the whole path of a socket, which the shell knows.
  const path = where.startsWith("/") ? where : `$PWD/${where.replace(/^\.\//, "")}`;
  const flags = `--allow-net=unix:${path} --allow-read=${path} --allow-write=${path}`;
  return permissionAdvice(error, { path, flags });
}
