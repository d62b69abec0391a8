import { escapeHtml, type Page, page } from "../../web/document.ts";
import { LIVE_SCRIPT } from "../../web/headers/live_script.ts";
import { STYLE } from "../../web/headers/style.ts";

/** How {@linkcode livePage} is made. */
export interface LivePageOptions {
  /** Cookies, authorization and what is like them are shown too. */
  readonly showSecrets: boolean;
}

/** Makes the page that shows the requests of everybody as they come. */
export function livePage({ showSecrets }: LivePageOptions): Page {
  const secrets = showSecrets
    ? "Cookies and authorization are shown as well, as this server was told."
    : "Cookies, authorization and other secret fields are left out by the server; targets and bodies are shown.";
  return page({
    title: "Requests as they come",
    style: STYLE,
    script: LIVE_SCRIPT,
    body: `<main>
<h1 class="plain">Requests as they come</h1>
<div class="bar">
<p id="state" role="status">Connecting ...</p>
<button type="button" id="clear">Clear</button>
</div>
<p class="quiet">The last 100, the newest first. ${escapeHtml(secrets)}</p>
<p id="none">No request yet.</p>
<ol id="requests" class="requests"></ol>
<noscript><p>This page needs JavaScript. The same is told, as text, by
<code>curl -N</code> and this page's address with <code>/events</code> behind it.</p></noscript>
</main>`,
  });
}
