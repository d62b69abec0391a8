import { base64Of } from "../../codec/bytes/base64.ts";

/** Returns a URL's user and password as a server wants them (RFC 7617); undefined where it has none. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`);
  return `Basic ${base64Of(bytes)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that begins nothing is one.
    return text;
  }
}
