import { splitTruncated, truncationMarker } from '@spanline/record';

type Fields = Record<string, unknown>;

/** A text somewhere in a line. */
interface Leaf {
  readonly holder: Fields;
  readonly key: string;
  readonly path: string;
  readonly text: string;
}

/** Texts are not cut below this length. */
const MIN_CHARACTERS = 1000;
const MAX_ROUNDS = 50;
/** Space for the marker and for the names of cut fields. */
const SPARE_BYTES = 200;

function longestLeaf(holder: Fields, prefix: string): Leaf | undefined {
  let longest: Leaf | undefined;
  for (const key of Object.keys(holder)) {
    const value = holder[key];
    const path = prefix + key;
    const leaf =
      typeof value === 'string'
        ? { holder, key, path, text: value }
        : typeof value === 'object' && value !== null
          ? longestLeaf(value as Fields, `${path}.`)
          : undefined;
    if (leaf !== undefined && leaf.text.length > (longest?.text.length ?? 0)) longest = leaf;
  }
  return longest;
}

/** The start of a text, without half a surrogate pair at its end. */
function startOf(text: string, length: number): string {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length);
}

/** Parses a text that is JSON itself, as content is. */
function parseStructure(text: string): Fields | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}

/**
 * Shortens a text by about `excess` bytes; the next round cuts the rest. In a text that is JSON the texts inside are
 * cut, so that it stays JSON.
 */
function shortened(text: string, excess: number): string {
  const onLine = Buffer.byteLength(JSON.stringify(text));
  const share = Math.max(0, onLine - excess) / onLine;
  const structure = parseStructure(text);
  const inner = structure && shortenTo(structure, Math.max(MIN_CHARACTERS, Buffer.byteLength(text) * share));
  if (inner !== undefined) return inner.text;
  const { kept: whole, missingBytes } = splitTruncated(text);
  const kept = startOf(whole, Math.max(MIN_CHARACTERS, Math.floor(whole.length * share)));
  return kept + truncationMarker(Buffer.byteLength(whole.slice(kept.length)) + missingBytes);
}

/**
 * Converts a line to JSON of at most `maxBytes` bytes. The longest strings lose their ends and get `…[+N bytes]`
 * instead. The line itself is changed.
 *
 * @returns the JSON and the paths of the texts that were cut; `undefined` when the line cannot be made short enough
 */
export function shortenTo(line: Fields, maxBytes: number): { text: string; cut: string[] } | undefined {
  const cut = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const text = JSON.stringify(line);
    const excess = Buffer.byteLength(text) - maxBytes;
    if (excess <= 0) return { text, cut: [...cut] };
    const leaf = longestLeaf(line, '');
    if (leaf === undefined || leaf.text.length <= MIN_CHARACTERS) return undefined;
    leaf.holder[leaf.key] = shortened(leaf.text, excess + SPARE_BYTES);
    cut.add(leaf.path);
  }
  return undefined;
}

/** The names of texts that were cut, with those that a line names already: the value of `spanline.truncated`. */
export function namesOfCut(before: unknown, cut: readonly string[]): unknown[] {
  const known: unknown[] = Array.isArray(before) ? before : [];
  return [...new Set([...known, ...cut])];
}
