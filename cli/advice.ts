import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address.ts";
import { type Advice, explain, type ExplainOptions, formatExplanation } from "../net/explain.ts";
import { escapeControls } from "../codec/escape_controls.ts";

/**
 * Returns one line that says what was tried, the system's reason, and what to do about it in the words of a program's
 * options: the kernel knows no flags.
 */
export async function explainForPrograms(error: unknown, options: ExplainOptions): Promise<string> {
  const explanation = await explain(error, options);
  const advice = explanation.advice.map((one) => ({ ...one, text: withFlags(one, options) }));
  return formatExplanation({ ...explanation, advice });
}

function withFlags({ kind, text }: Advice, { address }: ExplainOptions): string {
  switch (kind) {
    case "allow":
      return `add ${allowFlags(address)} to the command`;
    case "another-port":
      return `${text} with --port`;
    case "check-address":
      return "check --hostname and --port";
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

function allowFlags(address: Address): string {
  const where = escapeControls(formatAddress(address));
  if (!("path" in address)) return `--allow-net=${where}`;
  return `--allow-net=unix:${where} --allow-read=${where} --allow-write=${where}`;
}
