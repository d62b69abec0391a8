import { ProtocolError } from "../codec/errors.ts";
import { listed, type TlsFailure, tlsFailureOf } from "./tls_failure.ts";

/** What would help where TLS fails, by its kind. */
type TlsAdviceKind =
  | "check-clock"
  | "make-certificate"
  | "other-name"
  | "pin-certificate"
  | "renew-certificate"
  | "speak-plain"
  | "speak-tls"
  | "trust-authority";

/** Why something about TLS failed, and what would help. */
export interface TlsReason {
  /** The reason. */
  readonly why: string;
  /** What would help, the likeliest first. */
  readonly advice: readonly { readonly kind: TlsAdviceKind; readonly text: string }[];
}

const ADVICE: Readonly<Record<TlsAdviceKind, string>> = {
  "check-clock": "check this machine's clock",
  "make-certificate":
    "make it anew with basicConstraints=critical,CA:FALSE and with its host's name as subjectAltName",
  "other-name": "call the server by a name that it has",
  "pin-certificate": "check the certificate itself instead, by its SHA-256",
  "renew-certificate": "renew it",
  "speak-plain": "call it without TLS",
  "speak-tls": "call it with TLS",
  "trust-authority": "trust its authority",
};

/** Returns why something failed where that is about TLS, and undefined where it is not; `isTls`: it was tried with TLS. */
export function explainTls(
  error: unknown,
  { tried, isTls }: { tried: "connect" | "talk"; isTls: boolean },
): TlsReason | undefined {
  if (error instanceof ProtocolError && error.code === "other-protocol") {
    const speaks = error.received === "TLS";
    return speaks ? because(`the server speaks TLS`, "speak-tls") : undefined;
  }
  const wasReset = error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe;
  if (isTls && tried === "connect" && wasReset) return reasonOf({ kind: "hung-up" });
  const failure = tlsFailureOf(error);
  // A connection that stands may end early as well.
  if (failure?.kind === "hung-up" && tried === "talk") return undefined;
  return failure && reasonOf(failure);
}

function reasonOf(failure: TlsFailure): TlsReason {
  switch (failure.kind) {
    case "no-tls":
      return because("the server does not speak TLS", "speak-plain");
    case "hung-up":
      return because(
        "the server hung up in the TLS handshake, as one that speaks no TLS may do",
        "speak-plain",
      );
    case "untrusted":
      return because(
        "the server's certificate is not trusted: no trusted authority has signed it",
        "trust-authority",
        "pin-certificate",
      );
    case "other-key":
      return because(
        "the server's certificate is not trusted: the trusted authority of that name has another key",
        "trust-authority",
        "pin-certificate",
      );
    case "authority":
      return because(
        "the server's certificate is made for an authority (CA:TRUE), and not for a server",
        "pin-certificate",
        "make-certificate",
      );
    case "other-name":
      return otherName(failure);
    case "expired":
      return because(
        `the server's certificate is not valid any more${when("since", failure.day)}`,
        "renew-certificate",
        "check-clock",
      );
    case "not-yet-valid":
      return because(
        `the server's certificate is not valid yet${when("but will be on", failure.day)}`,
        "check-clock",
      );
    case "refused":
      return because(`the server ended the TLS handshake (${failure.said})`);
    case "other-certificate":
      return because(
        `the server's certificate is not trusted (${failure.said})`,
        "pin-certificate",
      );
  }
}

function otherName(
  { asked, names }: Extract<TlsFailure, { kind: "other-name" }>,
): TlsReason {
  if (names?.length === 0) {
    return because(
      "the server's certificate is for no host (it has no subjectAltName)",
      "make-certificate",
      "pin-certificate",
    );
  }
  const called = asked === undefined ? "for another host" : `not for ${listed([asked])}`;
  return because(
    names
      ? `the server's certificate is for ${listed(names)}, ${called}`
      : `the server's certificate is ${called}`,
    "other-name",
    "pin-certificate",
  );
}

function because(why: string, ...kinds: readonly TlsAdviceKind[]): TlsReason {
  return { why, advice: kinds.map((kind) => ({ kind, text: ADVICE[kind] })) };
}

function when(how: string, day: string | undefined): string {
  return day === undefined ? "" : `, ${how} ${day}`;
}
