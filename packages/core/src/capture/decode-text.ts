const MAX_ROUNDS = 3;

/** Runs of percent-encoded bytes, and escapes of JSON in text; surrogates stay escaped, since half of one is no character. */
const ENCODED = /(?:%[0-9A-Fa-f]{2})+|\\(?:[nrtbf"\\/]|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4})/g;
/** Found in every text that holds something encoded. */
export const ENCODED_HINT: string = ENCODED.source;
const ANY_ENCODED = new RegExp(ENCODED_HINT);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function decodeOne(encoded: string): string {
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

/** A text without percent-encoding and JSON escapes, also where one stands in another (JSON in a string in JSON, up to three deep). The same text when there is nothing to decode. */
export function decodeText(text: string): string {
  let decoded = text;
  for (let round = 0; round < MAX_ROUNDS && ANY_ENCODED.test(decoded); round++) {
    decoded = decoded.replaceAll(ENCODED, decodeOne);
  }
  return decoded;
}
