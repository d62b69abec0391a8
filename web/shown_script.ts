/**
 * How the script of a page makes elements of what somebody else wrote: text nodes and nothing else, with what would hide
 * or reorder text made visible.
 */
export const SHOWN_SCRIPT = String.raw`
/** What would hide or reorder text; lines, tabs, and the joiners of emoji and many scripts stay. */
const HIDING = /[^\P{Cc}\n\t]|[^\P{Cf}\u200c\u200d]|[\p{Zl}\p{Zp}]/gu;

function shown(text) {
  return text.replace(HIDING, (character) => "\\u{" + character.codePointAt(0).toString(16) + "}");
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = shown(text);
  if (className) made.className = className;
  return made;
}
`;
