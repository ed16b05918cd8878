import { readdirSync, readFileSync } from 'node:fs';

const DOCS = new URL('../../docs/', import.meta.url);

/** English as people write it, so that it compresses as their text does: this repository's documentation without its tables and programs. */
const TEXT: string = readdirSync(DOCS)
  .filter((name) => name.endsWith('.md'))
  .toSorted()
  .map((name) => readFileSync(new URL(name, DOCS), 'utf8').replaceAll(/^```[^]*?^```$/gm, ''))
  .join('\n')
  .split('\n')
  .filter((line) => /^[A-Z*]/.test(line))
  .join(' ')
  .replaceAll(/[^\x20-\x7E]/g, '');

/** So many characters of prose, the same for the same number. */
export function prose(length: number, number: number): string {
  // Knuth's multiplier spreads neighbouring numbers over the text.
  const from = (number * 2_654_435_761) % (TEXT.length - length);
  return TEXT.slice(from, from + length);
}
