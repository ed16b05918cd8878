const MAX_ROUNDS = 3;

/** Runs of percent-encoded bytes, and JSON escapes. Surrogates stay escaped, because half of a pair is no character. */
const ENCODED = /(?:%[0-9A-Fa-f]{2})+|\\(?:[nrtbf"\\/]|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4})/g;
/** Source of a pattern that is found in every text with something encoded in it. */
export const ENCODED_HINT: string = ENCODED.source;
const ANY_ENCODED = new RegExp(ENCODED_HINT);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function decodeMatch(encoded: string): string {
  if (encoded.startsWith('%')) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  }
  const letter = encoded.charAt(1);
  if (letter === 'u') return String.fromCharCode(Number.parseInt(encoded.slice(2), 16));
  return ESCAPES[letter] ?? letter;
}

/**
 * Decodes percent-encoding and JSON escapes, nested ones as well (JSON in a string in JSON, up to three levels).
 * Returns the same text when nothing is encoded.
 */
export function decodeText(text: string): string {
  let decoded = text;
  for (let round = 0; round < MAX_ROUNDS && ANY_ENCODED.test(decoded); round++) {
    decoded = decoded.replaceAll(ENCODED, decodeMatch);
  }
  return decoded;
}
