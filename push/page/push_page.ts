import { type Page, page } from "../../web/document.ts";
import { PUSH_SCRIPT } from "../../web/push/script.ts";
import { STYLE } from "../../web/push/style.ts";

/**
 * Makes the page on which a person follows a topic and publishes to it. All that it asks the server for is relative to its
 * own address, so it works under a path of a proxy as well.
 */
export function pushPage(): Page {
  return page({
    title: "Push",
    style: STYLE,
    script: PUSH_SCRIPT,
    body: `<main>
<header class="bar">
<h1 id="name">Push</h1>
<form id="join">
<label for="topic">Topic</label>
<input id="topic" aria-describedby="fault" autocapitalize="none" autocomplete="off" spellcheck="false" enterkeyhint="go">
<button>Join</button>
</form>
</header>
<p id="fault" role="alert"></p>
<div class="bar">
<p class="standing" role="status"><span id="state">Not connected.</span> <span id="wait" aria-hidden="true"></span></p>
<button type="button" id="retry" hidden>Connect now</button>
<p id="present" class="quiet"></p>
</div>
<div id="log" role="log" aria-live="polite" aria-label="Messages" tabindex="0">
<div><ol id="messages"></ol><p class="quiet">No message yet.</p></div>
</div>
<div class="below"><button type="button" id="newest" hidden>To the newest</button></div>
<form id="sending">
<label for="box">Message</label>
<textarea id="box" rows="2" aria-describedby="why" autocomplete="off" enterkeyhint="send"></textarea>
<button id="send" disabled>Send</button>
<p id="why"></p>
</form>
<noscript><p>This page needs JavaScript. The same is told, as text, by
<code>curl -N -H "Accept: text/event-stream"</code> and this page's address with
<code>topics/default</code> behind it.</p></noscript>
</main>`,
  });
}
