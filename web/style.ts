/** What all pages look like: their colours, on paper-like ground and in the dark, their type, and what a keyboard reaches. */
export const GROUND = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa;
  --raised: #ffffff;
  --ink: #1c2024;
  --quiet: #5a6169;
  --line: #d9dcdf;
  --accent: #0b5cad;
  --good: #11692f;
  --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a;
    --raised: #1c2024;
    --ink: #e8eaed;
    --quiet: #a3abb3;
    --line: #363c42;
    --accent: #8cc2ff;
    --good: #7fd89b;
    --bad: #ff9c94;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
p { margin: .5rem 0; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button {
  padding: .4rem 1rem;
  border: 1px solid var(--line);
  border-radius: .5rem;
  background: var(--raised);
  color: var(--ink);
  font: inherit;
  cursor: pointer;
}
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
`;
