import { counted } from "../../net/counted.ts";
import { escapeHtml, type Page, page, shownHtml } from "../../web/document.ts";
import { STYLE } from "../../web/headers/style.ts";
import { hexUnlessPlain, readable } from "../request/byte_text.ts";
import { MAX_SHOWN_CHARS } from "../request/body_view.ts";
import { harmless, harmlessLines, shownUpTo } from "../request/harmless_text.ts";
import type { Pair } from "../request/pairs.ts";
import type { FieldPair, RequestRecord } from "../request/request_record.ts";
import {
  addressesText,
  bodyText,
  connectionText,
  meaning,
  partText,
} from "../request/request_words.ts";

/** How {@linkcode requestPage} shows. */
export interface RequestPageOptions {
  /** Where the reader may see the requests as they come, a path of ours. @default nowhere */
  readonly liveHref?: string | undefined;
}

/** Makes a page that shows a request to the browser that sent it. */
export function requestPage(record: RequestRecord, options: RequestPageOptions = {}): Page {
  const { method, target, fields, cookies, queryPairs, trailers, head } = record;
  const { liveHref } = options;
  const sections = [
    table("Fields", fieldRows(fields)),
    table("Cookies", pairRows(cookies)),
    table("Query", pairRows(queryPairs)),
    bodySection(record),
    table("Trailers", fieldRows(trailers)),
    table("Signatures", signatureRows(record)),
    table("Connection", [
      { name: "addresses", value: escapeHtml(addressesText(record)) },
      { name: "connection", value: escapeHtml(connectionText(record)) },
    ]),
    `<details>\n<summary>The head as it came</summary>\n${block(readable(head))}</details>`,
  ];
  const live = liveHref === undefined
    ? ""
    : `<p><a href="${escapeHtml(liveHref)}">All requests, as they come</a></p>\n`;
  const title = harmless(target);
  return page({
    title: `${method} ${title.length > MAX_TITLE ? `${title.slice(0, MAX_TITLE)}...` : title}`,
    style: STYLE,
    body: `<main>
<h1><span class="method">${shownHtml(method)}</span> ${shown(target)}</h1>
<p class="quiet">This is what your browser sent, with HTTP/${record.version}.</p>
${sections.filter((section) => section !== "").join("\n")}
<footer>
${live}<p class="quiet">Shown by Parley.</p>
</footer>
</main>`,
  });
}

/** Characters of a target that a title has. */
const MAX_TITLE = 100;

/** A row of a table; `value` and `notes` are HTML. */
interface Row {
  readonly name: string;
  readonly value: string;
  readonly notes?: readonly string[];
}

function table(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const id = title.toLowerCase();
  const lines = rows.map(({ name, value, notes = [] }) => {
    const small = notes.map((note) => `<small>${note}</small>`).join("");
    return `<tr><th scope="row">${name}</th><td>${value}${small}</td></tr>`;
  });
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
<tbody>
${lines.join("\n")}
</tbody>
</table>
</section>`;
}

function fieldRows(fields: readonly FieldPair[]): Row[] {
  return fields.map(([name, value]) => {
    const hex = hexUnlessPlain(value);
    return {
      name: shown(name),
      value: shown(value),
      ...hex !== undefined && { notes: [`bytes ${hex}`] },
    };
  });
}

function pairRows(pairs: readonly Pair[]): Row[] {
  return pairs.map(({ name, value, decodedName, decodedValue }) => {
    const isDecoded = decodedName !== undefined || decodedValue !== undefined;
    return {
      name: shown(name),
      value: value === undefined ? "(no =)" : shown(value),
      ...isDecoded && { notes: [`means ${escapeHtml(meaning(decodedName, decodedValue))}`] },
    };
  });
}

function signatureRows({ signatures }: RequestRecord): Row[] {
  return signatures.map(({ provider, holds, text }) => ({
    name: provider,
    value: holds
      ? '<span class="holds">holds</span>'
      : `<span class="fails">does not hold</span>: ${shownHtml(text)}`,
  }));
}

function bodySection(record: RequestRecord): string {
  if (record.body.state === "none") return "";
  return `<section aria-labelledby="body">
<h2 id="body">Body</h2>
<p class="quiet">${escapeHtml(bodyText(record))}</p>
${bodyBlock(record)}</section>`;
}

function bodyBlock({ bodyView: view }: RequestRecord): string {
  switch (view?.kind) {
    case undefined:
      return "";
    case "form":
      return table("Form", pairRows(view.pairs));
    case "multipart": {
      const more = view.more > 0 ? `<p>${counted(view.more, "part")} more</p>\n` : "";
      const end = view.isWhole ? "" : "<p>The last boundary is missing.</p>\n";
      const parts = view.parts.map((part) => `<li>${escapeHtml(partText(part))}</li>`);
      return `<ol>\n${parts.join("\n")}\n</ol>\n${more}${end}`;
    }
    case "binary": {
      const more = view.more > 0 ? `\n... ${counted(view.more, "byte")} more` : "";
      return block(view.rows.join("\n") + more);
    }
    case "json":
    case "text":
      return block(view.text);
  }
}

/** Returns text over several lines as HTML; a newline right behind the tag is not shown, so there is one. */
function block(text: string): string {
  const show = (piece: string) => escapeHtml(harmlessLines(piece));
  const { shown, left } = shownUpTo(text, { maxChars: MAX_SHOWN_CHARS, show });
  const more = left > 0 ? `<p>${counted(left, "character")} more</p>\n` : "";
  return `<pre>\n${shown}</pre>\n${more}`;
}

/** Returns text of one character a byte as HTML that shows it. */
function shown(byteText: string): string {
  return escapeHtml(harmless(byteText));
}
