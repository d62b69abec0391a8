/** Returns a URL, taken relative to `base` where there is one; undefined where the text is none. */
export function parsedUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
}
