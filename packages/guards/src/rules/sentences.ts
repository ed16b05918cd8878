/** Cuts a text that comes in pieces into sentences. */

/** A sentence ends at its sign and the space behind it, at a sign of Chinese or Japanese, or at the end of a line. */
const END = /[.!?…]["'”’)\]]{0,3}\s|[。！？]["”’」』）]{0,3}|\n/g;
/** Longer ones are cut there, so that the text held back stays bounded. */
const LONGEST = 2000;

/** Length of the complete sentences at the beginning of a text. */
export function completeLength(text: string): number {
  let length = 0;
  for (const { 0: end, index } of text.matchAll(END)) length = index + end.length;
  return length === 0 && text.length >= LONGEST ? text.length : length;
}
