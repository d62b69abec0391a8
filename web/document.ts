import { base64Of } from "../codec/bytes/base64.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { sha256 } from "../codec/hashing.ts";

const MARKUP = /[&<>"']/;

/** Returns text as HTML that shows it, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  if (!MARKUP.test(text)) return text;
  // One pass for each costs less than a call for each character.
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;").replace(/'/g, "&#39;");
}

/** Returns text as HTML that shows it, with what would hide or reorder it shown as well. */
export function shownHtml(text: string): string {
  return escapeHtml(escapeControls(text));
}

/** A page, all of which stands in one document. */
export interface Page {
  /** The whole document. */
  readonly html: string;
  /** The fields that belong to it: they let a browser run and load what the document itself holds, and nothing else. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What a {@linkcode page} has. */
export interface PageParts {
  /** Its title, as text. */
  readonly title: string;
  /** What stands in its body, as HTML. */
  readonly body: string;
  /** How it looks. */
  readonly style: string;
  /** What it runs; such a page may also connect to its own server. */
  readonly script?: string;
}

/** Makes a page that loads nothing: its style and its script stand in it. */
export function page({ title, body, style, script }: PageParts): Page {
  const run = script === undefined ? "" : `<script>${script}</script>\n`;
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${shownHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
${run}</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    // An icon that is empty: without one a browser asks for /favicon.ico, which would be one request more to look at.
    "img-src data:",
    ...script === undefined ? [] : [`script-src ${sourceOf(script)}`, "connect-src 'self'"],
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    html,
    fields: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy.join("; "),
    },
  };
}

const sources = new Map<string, string>();

/** Returns how a policy names exactly this text (CSP Level 3, 6.7.3.3); the texts are constants, so it is made once. */
function sourceOf(text: string): string {
  const made = sources.get(text);
  if (made !== undefined) return made;
  const hash = sha256();
  hash.update(new TextEncoder().encode(text));
  const bytes = Uint8Array.from(hash.digest().match(/../g) ?? [], (hex) => parseInt(hex, 16));
  const source = `'sha256-${base64Of(bytes)}'`;
  sources.set(text, source);
  return source;
}
