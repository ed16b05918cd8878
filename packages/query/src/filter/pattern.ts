/** Patterns: `*` is any number of characters, `?` is one. A character is a Unicode code point. */

/** A text as it is, or a wildcard. */
export type PatternPart = { readonly text: string } | { readonly wild: '*' | '?' };

/** Parts in their order. Neighbouring parts are never both texts. */
export type Pattern = readonly PatternPart[];

const isAny = (part: PatternPart): boolean => 'wild' in part && part.wild === '*';

/** The text of a pattern without wildcards; `undefined` if it has some. */
export function literalOf(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return '';
  const [first] = pattern;
  return pattern.length === 1 && first !== undefined && 'text' in first ? first.text : undefined;
}

/** The text in front of the first wildcard. */
export function prefixOf(pattern: Pattern): string {
  const [first] = pattern;
  return first !== undefined && 'text' in first ? first.text : '';
}

/** True for a text and one `*` behind it. */
export function isPrefix(pattern: Pattern): boolean {
  const [first, last] = pattern;
  return pattern.length === 2 && first !== undefined && 'text' in first && last !== undefined && isAny(last);
}

/** Writes a pattern in another notation. */
export function writePattern(
  pattern: Pattern,
  write: { text(text: string): string; '*': string; '?': string },
): string {
  return pattern.map((part) => ('text' in part ? write.text(part.text) : write[part.wild])).join('');
}

/** Index of the character behind the one at an index. */
function next(text: string, index: number): number {
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
}

/** Matches the parts of one run between `*` at an index. @returns the index behind the match, or -1 */
function matchRun(run: Pattern, text: string, from: number): number {
  let index = from;
  for (const part of run) {
    if ('text' in part) {
      if (!text.startsWith(part.text, index)) return -1;
      index += part.text.length;
    } else {
      if (index >= text.length) return -1;
      index = next(text, index);
    }
  }
  return index;
}

/** The parts between the `*` of a pattern. */
function runsOf(pattern: Pattern): Pattern[] {
  const runs: PatternPart[][] = [[]];
  for (const part of pattern) {
    if (isAny(part)) runs.push([]);
    else runs.at(-1)?.push(part);
  }
  return runs;
}

function lengthOf(run: Pattern, text: string): number {
  // Counted from the end: a wildcard takes one or two units.
  let index = text.length;
  for (const part of run.toReversed()) {
    if ('text' in part) index -= part.text.length;
    else {
      index -= 1;
      const unit = text.charCodeAt(index);
      if (unit >= 0xdc00 && unit <= 0xdfff) index -= 1;
    }
  }
  return index;
}

/**
 * Makes the test of a pattern. Each run takes the first place that fits, so that the time is at most the product of the
 * two lengths, whatever the pattern.
 */
export function patternTest(pattern: Pattern): (text: string) => boolean {
  const [head = [], ...others] = runsOf(pattern);
  const tail = others.pop();
  return (text) => {
    let index = matchRun(head, text, 0);
    if (index < 0) return false;
    if (tail === undefined) return index === text.length;
    for (const run of others) {
      let end = -1;
      for (; index <= text.length; index = next(text, index)) {
        end = matchRun(run, text, index);
        if (end >= 0) break;
      }
      if (end < 0) return false;
      index = end;
    }
    const start = lengthOf(tail, text);
    return start >= index && matchRun(tail, text, start) === text.length;
  };
}
