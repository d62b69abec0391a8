import { GROUND } from "../style.ts";

/** How the pages of the headers server look: on paper-like ground or in the dark, on a phone and on a desktop. */
export const STYLE = `
${GROUND}
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1, .target {
  margin: 0;
  font: 600 1.5rem/1.3 ui-monospace, monospace;
  overflow-wrap: anywhere;
}
.plain { font-family: system-ui, sans-serif; }
.method { color: var(--accent); }
h2, h3 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
h3 { margin-top: 1rem; font-size: 1rem; }
table {
  width: 100%;
  border-collapse: separate;
  border-spacing: 0;
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: .5rem;
}
th, td {
  padding: .4rem .75rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
  font-weight: 400;
}
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--quiet); font-size: .9rem; }
tbody th { width: 16rem; color: var(--accent); }
tbody th, td, pre {
  font-family: ui-monospace, monospace;
  font-size: .9rem;
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}
pre {
  margin: .5rem 0;
  padding: .75rem;
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: .5rem;
  tab-size: 4;
}
td small { display: block; color: var(--quiet); font-size: .8rem; }
.holds { color: var(--good); font-weight: 600; }
.fails { color: var(--bad); font-weight: 600; }
main > details { margin-top: 2rem; }
summary { padding: .25rem 0; cursor: pointer; overflow-wrap: anywhere; }
.bar p { flex: 1 1 15rem; }
.requests { margin: 1rem 0; padding: 0; list-style: none; }
.requests > li { border-top: 1px solid var(--line); padding: .25rem 0; }
.requests summary { font-family: ui-monospace, monospace; font-size: .9rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); }
@media (max-width: 40rem) {
  h1, .target { font-size: 1.2rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody, tbody tr, tbody th, td { display: block; width: 100%; }
  tbody th { padding-bottom: 0; border-bottom: 0; font-weight: 600; }
  td { padding-top: 0; }
}
`;
