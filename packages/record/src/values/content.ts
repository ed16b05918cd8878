/** Content of a span, parsed. */

/** Levels of a value. Code that walks through a deeper one, `JSON.stringify` included, may run out of stack. */
const MAX_DEPTH = 500;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const entry of Array.isArray(value) ? value : Object.values(value)) if (isDeeper(entry, levels - 1)) return true;
  return false;
}

/** The value of a text of JSON; the text itself if it has more than 500 levels. @throws SyntaxError */
export function parseLevels(json: string): unknown {
  const value: unknown = JSON.parse(json);
  // Each level takes two characters.
  return json.length > MAX_DEPTH * 2 && isDeeper(value, MAX_DEPTH) ? json : value;
}

/**
 * The value that a text of JSON stands for. A text that is none, or has more than 500 levels, stays the text that it
 * is: content of a log may be anything.
 */
export function parseContent(json: string): unknown {
  try {
    return parseLevels(json);
  } catch {
    return json;
  }
}
