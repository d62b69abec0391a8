import { GROUND } from "../style.ts";

/** How the page of the push server looks: the messages take what the window has beside what they are sent with. */
export const STYLE = `
${GROUND}
[hidden] { display: none !important; }
main {
  display: flex;
  flex-direction: column;
  gap: .75rem;
  max-width: 52rem;
  height: 100vh;
  height: 100dvh;
min-height: 22rem;
  margin: 0 auto;
  padding: 1rem;
}
h1 {
  display: -webkit-box;
  overflow: hidden;
  flex: 1 1 12rem;
  min-width: 0;
  margin: 0;
  font-size: 1.4rem;
  line-height: 1.3;
  overflow-wrap: anywhere;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
}
p { margin: 0; }
label { font-weight: 600; }
input, textarea {
  min-width: 0;
  padding: .4rem .6rem;
  border: 1px solid var(--quiet);
  border-radius: .5rem;
  background: var(--raised);
  color: var(--ink);
  font: inherit;
}
button { min-height: 2.5rem; border-color: var(--quiet); }
#send { border-color: var(--accent); background: var(--accent); color: var(--ground); }
button:disabled, #send:disabled {
  border-color: var(--line);
  background: var(--raised);
  color: var(--quiet);
  cursor: not-allowed;
}
textarea:disabled { border-color: var(--line); color: var(--quiet); cursor: not-allowed; }
#join { display: flex; flex: 0 1 24rem; gap: .5rem; align-items: center; min-width: 0; }
#join input { flex: 1 1 8rem; width: 8rem; }
.standing { flex: 1 1 10rem; }
#fault { color: var(--bad); }
#fault:empty, #present:empty { display: none; }
#log {
  display: flex;
  flex: 1 1 0;
  flex-direction: column-reverse;
  min-height: 0;
  padding: .25rem 1rem;
  border: 1px solid var(--line);
  border-radius: .5rem;
  background: var(--raised);
  overflow-x: hidden;
  overflow-y: auto;
}
#messages { margin: 0; padding: 0; list-style: none; }
#messages:not(:empty) + .quiet { display: none; }
#messages > li {
  margin: .75rem 0;
  padding-inline-start: .75rem;
  border-inline-start: 3px solid var(--line);
  overflow: hidden;
}
#messages > .own { border-color: var(--accent); }
#messages > .note { color: var(--quiet); font-style: italic; overflow-wrap: anywhere; white-space: pre-wrap; }
.head { color: var(--quiet); font-size: .875rem; }
.head strong { color: var(--ink); }
.own .head strong { color: var(--accent); }
.text { white-space: pre-wrap; tab-size: 4; }
.bytes { font-family: ui-monospace, monospace; font-size: .9rem; }
.below { position: relative; height: 0; margin-top: -.75rem; }
.below button { position: absolute; right: 1rem; bottom: .75rem; }
#sending { display: grid; grid-template-columns: 1fr auto; gap: .25rem .5rem; }
#sending > label, #why { grid-column: 1 / -1; }
#box { resize: none; }
#why { color: var(--quiet); font-size: .875rem; }
@media (max-width: 40rem) {
  main { gap: .5rem; padding: .75rem; }
  h1 { font-size: 1.2rem; }
  #join { flex: 1 1 100%; }
  #log { padding: .25rem .75rem; }
}
`;
