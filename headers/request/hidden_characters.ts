/** So many characters that are not shown make no text binary. */
const MAX_HIDDEN = 256;
/** Of a longer text it may be one in so many. */
const SHARE = 8;

/**
 * Says whether text is mostly text: no more than 256 of its characters, or one in eight, are controls or others that have to
 * be escaped before they are shown. Escaped such text is less than three times as long; other text is up to six times.
 */
export function isMostlyText(text: string): boolean {
  const max = Math.max(MAX_HIDDEN, text.length / SHARE);
  let hidden = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const counts = unit === CR ? text.charCodeAt(at + 1) !== LF : isHidden(unit);
    if (counts && ++hidden > max) return false;
  }
  return true;
}

/** Says it of a unit of UTF-16; those that are two units have a first one that no emoji and no script has. */
function isHidden(unit: number): boolean {
  if (unit < 0x20) return unit !== TAB && unit !== LF;
  if (unit < 0x7f) return false;
  if (unit <= 0x9f || unit === 0xad || unit === TAGS) return true;
  if (unit < 0x600 || unit === JOINER || unit === NON_JOINER) return false;
  return FORMAT.test(String.fromCharCode(unit));
}

const [TAB, LF, CR] = [9, 10, 13];
/** What tags and variation selectors begin with: U+E0000 to U+E03FF. */
const TAGS = 0xdb40;
/** Emoji and many scripts are written with these. */
const [NON_JOINER, JOINER] = [0x200c, 0x200d];
const FORMAT = /[\p{Cf}\p{Zl}\p{Zp}]/u;
