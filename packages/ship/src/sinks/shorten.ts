type Bag = Record<string, unknown>;

interface Leaf {
  readonly holder: Bag;
  readonly key: string;
  readonly path: string;
  readonly text: string;
}

/** How a text ends that was cut before. */
const MARKER = /…\[\+(\d+) bytes\]$/;
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

/** What a text holds, where it is JSON itself, as content is. */
function structureOf(text: string): Bag | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Bag;
  } catch {
    return undefined;
  }
}

/** A text that takes so many bytes less of the line; JSON stays JSON, whose texts are cut. What is left over is cut in the next round. */
function shortened(text: string, excess: number): string {
  const onLine = Buffer.byteLength(JSON.stringify(text));
  const share = Math.max(0, onLine - excess) / onLine;
  const structure = structureOf(text);
  const inner = structure && shortenTo(structure, Math.max(SHORTEST, Buffer.byteLength(text) * share));
  if (inner !== undefined) return inner.text;
  const marker = MARKER.exec(text);
  const whole = marker === null ? text : text.slice(0, marker.index);
  const kept = head(whole, Math.max(SHORTEST, Math.floor(whole.length * share)));
  return `${kept}…[+${Buffer.byteLength(whole.slice(kept.length)) + Number(marker?.[1] ?? 0)} bytes]`;
}

/**
 * A line as JSON of at most so many bytes: the longest strings lose their end, which becomes `…[+N bytes]`. The line itself is changed.
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
    leaf.holder[leaf.key] = shortened(leaf.text, excess + SPARE_BYTES);
    cut.add(leaf.path);
  }
  return undefined;
}
