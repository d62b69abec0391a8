import { escapeControls } from "../codec/escape_controls.ts";
import { messageOf } from "./errors.ts";

/** Why a TLS handshake failed, as far as its error tells. */
export type TlsFailure =
  | {
    /**
     * `no-tls`: the peer speaks something else. `hung-up`: it ended the connection in the handshake. `untrusted`: no
     * authority that is trusted has signed the certificate. `other-key`: one of that name is trusted, and has another
     * key. `authority`: the certificate is made for an authority and not for a server, which rustls refuses.
     */
    readonly kind: "no-tls" | "hung-up" | "untrusted" | "other-key" | "authority";
  }
  | {
    /** The certificate is for other names; `names` is empty where it has none, undefined where that is not known. */
    readonly kind: "other-name";
    readonly asked: string | undefined;
    readonly names: readonly string[] | undefined;
  }
  | {
    /** The certificate is not valid any more, or not yet. `day` is when that changed or changes, where that is known. */
    readonly kind: "expired" | "not-yet-valid";
    readonly day: string | undefined;
  }
  | {
    /** The peer refuses our part, and says so. */
    readonly kind: "refused" | "other-certificate";
    readonly said: string;
  };

/** What rustls says of its peer's certificate; the shim says the same on Node. */
const CERTIFICATE = /^invalid peer certificate: /;
/** What rustls says of a peer that speaks something else, and what OpenSSL does. */
const NO_TLS =
  /^received corrupt message|:(wrong version number|packet length too long|http request|unknown protocol):/;
/** What node:tls says, on Deno as well, of a peer that ends the connection in the handshake. */
const HUNG_UP = "before secure TLS connection was established";
/** Alerts (RFC 8446, 6.2) by which a peer says that it does not trust our certificate. */
const ABOUT_CERTIFICATE =
  /^(BadCertificate|UnsupportedCertificate|Certificate(Revoked|Expired|Unknown)|UnknownCA|DecryptError)$/;

/** Returns what an error says of a TLS handshake, or undefined where it is not about one. */
export function tlsFailureOf(error: unknown): TlsFailure | undefined {
  if (error instanceof Deno.errors.UnexpectedEof) return { kind: "hung-up" };
  if (!(error instanceof Error)) return undefined;
  const message = messageOf(error);
  if (CERTIFICATE.test(message)) return certificateFailure(message.replace(CERTIFICATE, ""));
  if (NO_TLS.test(message)) return { kind: "no-tls" };
  if (message.endsWith(HUNG_UP)) return { kind: "hung-up" };
  const [, alert] = /^received fatal alert: (\w+)/.exec(message) ?? [];
  return alert === undefined ? undefined : { kind: "refused", said: alert };
}

function certificateFailure(said: string): TlsFailure {
  if (said.includes("UnknownIssuer")) return { kind: "untrusted" };
  if (said.includes("BadSignature")) return { kind: "other-key" };
  if (said.includes("CaUsedAsEndEntity")) return { kind: "authority" };
  if (/not valid for name|NotValidForName/.test(said)) {
    const [, asked] = /not valid for name "([^"]*)"/.exec(said) ?? [];
    return { kind: "other-name", asked, names: namesOf(said) };
  }
  if (/not valid yet|NotValidYet/.test(said)) return { kind: "not-yet-valid", day: dayOf(said) };
  if (/expired/i.test(said)) return { kind: "expired", day: dayOf(said) };
  return { kind: "other-certificate", said };
}

function namesOf(said: string): readonly string[] | undefined {
  if (said.includes("not valid for any names")) return [];
  const found = said.matchAll(/DnsName\("([^"]*)"\)|IpAddress\(([^)]*)\)/g);
  const names = Array.from(found, ([, name, address]) => name ?? address ?? "");
  return names.length > 0 ? names : undefined;
}

function dayOf(said: string): string | undefined {
  const [, seconds] = /certificate is not valid (?:before|after) (\d+)/.exec(said) ?? [];
  // Later than a Date can say is no day that anybody needs to know.
  if (seconds === undefined || Number(seconds) > 8.64e12) return undefined;
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
}

/** Says what a failed handshake means to who was called, or undefined where nothing better is known than its error. */
export function handshakeWithClient(error: unknown): string | undefined {
  const failure = tlsFailureOf(error);
  if (failure?.kind === "no-tls") return "the client does not speak TLS";
  if (failure?.kind === "hung-up") return "the client hung up in the TLS handshake";
  if (failure?.kind !== "refused") return undefined;
  return ABOUT_CERTIFICATE.test(failure.said)
    ? `the client does not trust our certificate (${failure.said})`
    : `the client ended the TLS handshake (${failure.said})`;
}

/** Returns up to four names as people list them: `a, b and c`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => escapeControls(name));
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

const MAX_NAMES = 4;
