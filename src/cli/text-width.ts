/**
 * How many columns of a terminal a text takes, and a text cut to so many. It knows the colours of `screen.ts`, and what
 * is wide or takes no room; it knows no other control characters.
 */

/** What picocolors writes. */
const COLOUR_CODE = /(\u001b\[\d+m)/;
const COLOUR_CODES = new RegExp(COLOUR_CODE, 'g');
const PLAIN = /^[\x20-\x7e]*$/;
const NO_ROOM = /^[\p{M}\p{Cf}]$/u;
const WIDE_SCRIPTS = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u;
const WIDE_SIGNS = /^[\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

export function textWidth(text: string): number {
  const plain = text.includes('\u001b') ? text.replace(COLOUR_CODES, '') : text;
  if (PLAIN.test(plain)) return plain.length;
  return Array.from(plain, characterWidth).reduce((sum, width) => sum + width, 0);
}

/** What is cut ends in "…"; colours end where they would have ended. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let left = width - 1;
  let isCut = false;
  const parts = text.split(COLOUR_CODE).map((part, position) => {
    if (position % 2 === 1) return part;
    if (isCut) return '';
    let kept = '';
    for (const character of part) {
      left -= characterWidth(character);
      isCut = left < 0;
      if (isCut) return `${kept}${width > 0 ? '…' : ''}`;
      kept += character;
    }
    return kept;
  });
  return parts.join('');
}

function characterWidth(character: string): number {
  if (PLAIN.test(character)) return 1;
  if (NO_ROOM.test(character)) return 0;
  return WIDE_SCRIPTS.test(character) || WIDE_SIGNS.test(character) ? 2 : 1;
}
