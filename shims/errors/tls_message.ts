/** OpenSSL's names for a certificate whose issuer is not among those that are trusted. */
const UNKNOWN_ISSUER = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** OpenSSL's codes for a peer that speaks something else than TLS. */
const NO_TLS = new Set([
  "ERR_SSL_BAD_RECORD_TYPE",
  "ERR_SSL_HTTPS_PROXY_REQUEST",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_UNKNOWN_PROTOCOL",
  "ERR_SSL_UNSUPPORTED_PROTOCOL_VERSION",
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);

/** What node:tls says beside, where a certificate is for other names. */
interface NameError extends NodeJS.ErrnoException {
  readonly host?: string;
  readonly cert?: { readonly subjectaltname?: string };
}

/** Says whether an error of OpenSSL means that the peer speaks something else than TLS. */
export function isNoTls(error: NodeJS.ErrnoException | undefined): boolean {
  return NO_TLS.has(error?.code ?? "");
}

/** Returns what Deno says of a TLS connection where Node says `error`. */
export function tlsMessage(error: NodeJS.ErrnoException): string {
  const { code = "", message } = error;
  if (isNoTls(error)) return "received corrupt message of type InvalidContentType";
  const [, alert] = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(\w+)$/.exec(code) ?? [];
  if (alert !== undefined) return `received fatal alert: ${alertName(alert)}`;
  const isAboutPeer = code.startsWith("ERR_TLS_CERT") || !code.startsWith("ERR_");
  return isAboutPeer ? `invalid peer certificate: ${certificateProblem(error)}` : message;
}

function certificateProblem(error: NodeJS.ErrnoException): string {
  const { code = "", message } = error;
  if (UNKNOWN_ISSUER.has(code)) return "UnknownIssuer";
  if (code === "CERT_SIGNATURE_FAILURE") return "BadSignature";
  if (code === "CERT_HAS_EXPIRED") return "certificate expired";
  if (code === "CERT_NOT_YET_VALID") return "certificate not valid yet";
  return code === "ERR_TLS_CERT_ALTNAME_INVALID" ? nameProblem(error) : message;
}

function nameProblem({ host = "", cert }: NameError): string {
  const names = (cert?.subjectaltname ?? "").split(", ").filter((name) => name !== "").map((name) =>
    name.startsWith("IP Address:")
      ? `IpAddress(${name.slice("IP Address:".length)})`
      : `DnsName("${name.replace(/^DNS:/, "")}")`
  );
  const which = names.length === 0
    ? "is not valid for any names (according to its subjectAltName extension)"
    : `is only valid for ${names.join(" or ")}`;
  // Node writes a name with the dot of the root behind it.
  return `certificate not valid for name "${host.replace(/\.$/, "")}"; certificate ${which}`;
}

/** OpenSSL's `UNKNOWN_CA` is UnknownCA in rustls. */
function alertName(alert: string): string {
  return alert.split("_").map((word) =>
    word === "CA" ? word : word[0] + word.slice(1).toLowerCase()
  )
    .join("");
}
