/** The known name that was probably meant by an unknown one. */

/** A key with at most this share of wrong letters is a typo of a known key; one wrong letter always is. */
const LARGEST_TYPO = 0.4;
/** Words of fewer letters are near to many others. */
const SHORTEST = 3;
/** Two letters that changed their places. */
const SWAP = 2;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');
const lettersOf = (name: string): string => name.split('').toSorted().join('');

/** Letters to insert, delete or replace until one word is the other (Levenshtein). */
function distance(one: string, other: string): number {
  // How far the letters of `one` so far are from the first, second, … letters of `other`.
  const row = Array.from({ length: other.length + 1 }, (_, length) => length);
  for (let at = 1; at <= one.length; at++) {
    let diagonal = row[0] ?? 0;
    row[0] = at;
    for (let column = 1; column <= other.length; column++) {
      const above = row[column] ?? 0;
      const replaced = diagonal + Number(one[at - 1] !== other[column - 1]);
      row[column] = Math.min(replaced, above + 1, (row[column - 1] ?? 0) + 1);
      diagonal = above;
    }
  }
  return row.at(-1) ?? 0;
}

const mostWrong = (word: string): number => Math.max(1, Math.round(word.length * LARGEST_TYPO));

function isTypo(word: string, candidate: string, wrong: number): boolean {
  if (wrong === SWAP && lettersOf(word) === lettersOf(candidate)) return true;
  return wrong <= mostWrong(word);
}

/** The known name that was probably meant; `undefined` if none is near, and the word begins several or none. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  const word = plain(key);
  let closest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const candidate = plain(name);
    // A word may be of any length. One that is much longer or shorter is no typo, and is not compared.
    if (candidate === word) return name;
    if (word.length < SHORTEST || Math.abs(candidate.length - word.length) > Math.max(SWAP, mostWrong(word))) continue;
    const wrong = distance(word, candidate);
    if (wrong >= least) continue;
    least = wrong;
    closest = name;
  }
  if (closest !== undefined && isTypo(word, plain(closest), least)) return closest;
  const [only, ...others] = word.length < SHORTEST ? [] : known.filter((name) => plain(name).startsWith(word));
  return others.length === 0 ? only : undefined;
}
