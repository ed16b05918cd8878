type Bag = Record<string, unknown>;

interface Leaf {
  readonly holder: Bag;
  readonly key: string;
  readonly path: string;
  readonly text: string;
}

const SHORTEST = 1000;
const ROUNDS = 50;
/** Room for the marker and for the names of cut fields. */
const SPARE_BYTES = 200;

function longestLeaf(holder: Bag, prefix: string): Leaf | undefined {
  let longest: Leaf | undefined;
  for (const key of Object.keys(holder)) {
    const value = holder[key];
    const path = prefix + key;
    const leaf =
      typeof value === 'string'
        ? { holder, key, path, text: value }
        : typeof value === 'object' && value !== null
          ? longestLeaf(value as Bag, `${path}.`)
          : undefined;
    if (leaf !== undefined && leaf.text.length > (longest?.text.length ?? 0)) longest = leaf;
  }
  return longest;
}

/** The start of a text, not ended inside a surrogate pair. */
function head(text: string, length: number): string {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length);
}

/**
 * A line as JSON of at most so many bytes: the longest strings lose their end, which becomes `…[+N bytes]`.
 *
 * @returns the text and the paths of what was cut; `undefined` when it cannot be made so short
 */
export function shortenTo(line: Bag, maxBytes: number): { text: string; cut: string[] } | undefined {
  const cut = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const text = JSON.stringify(line);
    const excess = Buffer.byteLength(text) - maxBytes;
    if (excess <= 0) return { text, cut: [...cut] };
    const leaf = longestLeaf(line, '');
    if (leaf === undefined || leaf.text.length <= SHORTEST) return undefined;
    // A character can be up to six bytes of JSON; what is left over is cut in the next round.
    const kept = head(leaf.text, Math.max(SHORTEST, leaf.text.length - excess - SPARE_BYTES));
    leaf.holder[leaf.key] = `${kept}…[+${Buffer.byteLength(leaf.text.slice(kept.length))} bytes]`;
    cut.add(leaf.path);
  }
  return undefined;
}
