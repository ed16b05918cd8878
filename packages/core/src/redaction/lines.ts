/** Characters of a line that a rule looks at, before a place and behind it. */
const MAX_BEFORE = 160;

/** The end of the text before `index`. */
export function textBefore(text: string, index: number, length: number = MAX_BEFORE): string {
  return text.slice(Math.max(0, index - length), index);
}

/** The first match of a sticky pattern at `index`. */
export function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}
