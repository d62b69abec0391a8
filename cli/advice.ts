import type { Address } from "../net/address.ts";
import { formatAddress, parseIp } from "../net/address.ts";
import { type Advice, explain, type ExplainOptions, formatExplanation } from "../net/explain.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { ProtocolError } from "../codec/errors.ts";
import { formatServerEvent, type ServerEvent } from "../net/server_events.ts";
import { certificatesIn, fingerprintOf } from "./pem.ts";
import type { ClientTls } from "./tls.ts";

/**
 * Returns one line that says what was tried, the system's reason, and what to do about it in the words of a program's
 * options: the kernel knows no flags. `tls` is whom a client trusts, where it speaks TLS.
 */
export async function explainForPrograms(
  error: unknown,
  options: Omit<ExplainOptions, "tls"> & { tls?: ClientTls | undefined },
): Promise<string> {
  const { tls, ...tried } = options;
  const explanation = await explain(error, { ...tried, tls: tls !== undefined });
  const isTrusted = explanation.advice.every(({ kind }) => kind !== "trust-authority");
  const said = { ...options, isTrusted };
  const advice = explanation.advice.map((one) => ({ ...one, text: withFlags(one, said) }));
  return formatExplanation({ ...explanation, advice });
}

/** Returns a server's event as a line, with what to do about it in the words of a program's options. */
export function serverEventLine(event: ServerEvent): string {
  const line = formatServerEvent(event);
  const { error } = event.type === "failed" ? event : {};
  const isTls = error instanceof ProtocolError && error.code === "other-protocol" &&
    error.received === "TLS";
  return isTls ? `${line}; start with --cert and --key` : line;
}

/** What advice depends on. */
interface Situation {
  readonly address: Address;
  readonly tls?: ClientTls | undefined;
  /** What is wrong with the certificate is not who signed it. */
  readonly isTrusted: boolean;
}

function withFlags(
  { kind, text }: Advice,
  { address, tls, isTrusted }: Situation,
): string {
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
    case "make-certificate":
      return "make it anew with -addext basicConstraints=critical,CA:FALSE " +
        `-addext subjectAltName=${altNameOf(address)}`;
    case "other-name":
      return "give one of these with --hostname";
    case "pin-certificate":
      return pinOf(isTrusted ? tls : undefined);
    case "speak-plain":
      return "leave out --tls";
    case "speak-tls":
      return "add --tls";
    case "trust-authority":
      return tls?.caCerts.length
        ? "what --ca names is another one: give the one that signed it"
        : "give its authority with --ca";
    default:
      return text;
  }
}

function allowFlags(address: Address): string {
  const where = escapeControls(formatAddress(address));
  if (!("path" in address)) return `--allow-net=${where}`;
  return `--allow-net=unix:${where} --allow-read=${where} --allow-write=${where}`;
}

/** What was trusted as an authority may be the server's own certificate: then its digest is known. */
function pinOf(tls: ClientTls | undefined): string {
  const trusted =
    tls?.caCerts.flatMap((text) => certificatesIn(text, { flag: "--ca", path: "" })) ?? [];
  const only = trusted.length === 1 ? trusted[0] : undefined;
  if (only === undefined) return "give the certificate's SHA-256 with --fingerprint";
  return `give --fingerprint ${fingerprintOf(only)} instead of --ca, if it is that certificate`;
}

function altNameOf(address: Address): string {
  if (!("hostname" in address)) return "DNS:NAME";
  const { hostname } = address;
  return `${parseIp(hostname) ? "IP" : "DNS"}:${escapeControls(hostname)}`;
}
