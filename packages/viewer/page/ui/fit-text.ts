/** Texts in pictures, where no style cuts them: cut in the middle, because names often differ at their ends. */

const END = 7;
/** Longer texts are cut before they are measured. */
const MAX_LETTERS = 64;
const segmenter = new Intl.Segmenter();
const lettersOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

function createRuler(font: string): (text: string) => number {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return () => 0;
  pen.font = font;
  return (text) => pen.measureText(text).width;
}

/**
 * The text, or its beginning and its end.
 *
 * @param width - pixels that there are
 * @param font - as in a style sheet: `600 13px system-ui`
 */
export function fitText(text: string, width: number, font: string): string {
  const widthOf = createRuler(font);
  const letters = lettersOf(text.slice(0, MAX_LETTERS * 4));
  if (letters.length <= MAX_LETTERS && widthOf(text) <= width) return text;
  const end = lettersOf(text.slice(-END * 4))
    .slice(-END)
    .join('');
  const begin = letters.slice(0, Math.min(MAX_LETTERS, letters.length - END));
  while (begin.length > 0) {
    const cut = `${begin.join('')}…${end}`;
    if (widthOf(cut) <= width) return cut;
    begin.pop();
  }
  return '…';
}
