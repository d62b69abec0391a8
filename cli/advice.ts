import { ProtocolError } from "../codec/errors.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress, isLoopback, parseIp } from "../net/address.ts";
import { type Advice, type AdviceKind, explain, type ExplainOptions } from "../net/explain.ts";
import { failureCodeOf } from "../net/failure_code.ts";
import { formatServerEvent, type ServerEvent } from "../net/server_events.ts";
import { ExplainedError } from "./explained_error.ts";
import { certificatesIn, fingerprintOf } from "./pem.ts";
import { permissionAdvice } from "./permission_advice.ts";
import type { ClientTls } from "./tls.ts";

/** The schemes of URLs that say whom to call, without TLS; with it they end in an s. */
export type UrlScheme = "http" | "ws";

/** How {@linkcode explainForPrograms} explains. */
export interface ExplainForProgramsOptions extends Omit<ExplainOptions, "tls"> {
  /** Whom a client trusts, where it speaks TLS. */
  readonly tls?: ClientTls | undefined;
  /** A URL of this scheme, or of the one that goes with TLS, says whom to call. @default options say it */
  readonly byUrl?: UrlScheme | undefined;
}

/**
 * Returns one line that says what was tried, the system's reason, and what to do about it in the words of a program's
 * options: the kernel knows no flags. `tls` is whom a client trusts, where it speaks TLS.
 */
export async function explainForPrograms(
  error: unknown,
  options: ExplainForProgramsOptions,
): Promise<string> {
  return (await explainedError(error, options)).message;
}

/** As {@linkcode explainForPrograms}, and returns an error for a program to end with. */
export async function explainedError(
  error: unknown,
  options: ExplainForProgramsOptions,
): Promise<ExplainedError> {
  const { tls, byUrl, ...tried } = options;
  const { what, why, advice } = await explain(error, { ...tried, tls: tls !== undefined });
  const isTrusted = advice.every(({ kind }) => kind !== "trust-authority");
  const situation = { error, address: options.address, tls, isTrusted, byUrl };
  return new ExplainedError(what, {
    code: failureCodeOf(error),
    why,
    advice: advice.map((one) => withFlags(one, situation)),
    cause: error,
  });
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
  readonly error: unknown;
  readonly address: Address;
  readonly tls?: ClientTls | undefined;
  /** What is wrong with the certificate is not who signed it. */
  readonly isTrusted: boolean;
  readonly byUrl: UrlScheme | undefined;
}

/** Returns what is said of a URL, where that says whom to call. */
function ofUrl(kind: AdviceKind, scheme: UrlScheme): string | undefined {
  switch (kind) {
    case "check-address":
    case "check-hostname":
      return "check the URL";
    case "other-name":
      return "call it by one of these";
    case "speak-plain":
      return `call it with ${scheme}://`;
    case "speak-tls":
      return `call it with ${scheme}s://`;
    default:
      return undefined;
  }
}

function withFlags(
  { kind, text }: Advice,
  { error, address, tls, isTrusted, byUrl }: Situation,
): string {
  const aboutUrl = byUrl && ofUrl(kind, byUrl);
  if (aboutUrl !== undefined) return aboutUrl;
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

function allowAdvice(error: unknown, address: Address): string {
  const where = formatAddress(address);
  if (!("path" in address)) {
    const place = address.transport === "udp" ? placesOf(address.hostname) : `=${where}`;
    return `add --allow-net${escapeControls(place)} to the command`;
  }
  // Deno wants the whole path of a socket, which the shell knows.
  const path = where.startsWith("/") ? where : `$PWD/${where.replace(/^\.\//, "")}`;
  const flags = `--allow-net=unix:${path} --allow-read=${path} --allow-write=${path}`;
  return permissionAdvice(error, { path, flags });
}

/** Deno wants to know of every peer of a socket for datagrams, and of the address that it is bound to. */
function placesOf(hostname: string): string {
  if (!isLoopback({ transport: "udp", hostname, port: 0 })) return "";
  return `=${hostname.includes(":") ? `[${hostname}]` : hostname}`;
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
