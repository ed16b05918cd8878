/** Dimensions of embeddings. Vectors are counted, never kept. */

import { list, props } from '@spanline/record';

const BYTES_PER_FLOAT = 4;
const BITS_PER_BYTE = 8;

/** Types of vectors that have a bit for each dimension: Cohere's, signed or not, and Amazon's. */
const BITS: ReadonlySet<string> = new Set(['binary', 'ubinary']);

/** True for bits in a list of their own. Others come as bytes. */
const isBit = (value: unknown): boolean => value === 0 || value === 1;

/**
 * The dimensions of one vector: a list, or base64 of its floats.
 *
 * @param type - the type of its numbers: `float`, `int8`, `binary`
 */
function vectorDimensions(vector: unknown, type = 'float'): number | undefined {
  if (typeof vector === 'string') return Buffer.byteLength(vector, 'base64') / BYTES_PER_FLOAT;
  if (!Array.isArray(vector)) return undefined;
  return BITS.has(type) && !vector.every(isBit) ? vector.length * BITS_PER_BYTE : vector.length;
}

/** The vectors of each type are a list of them, or the only one. */
function dimensionsByType(vectors: unknown): number | undefined {
  for (const [type, value] of Object.entries(props(vectors))) {
    const [first] = list(value);
    if (first !== undefined) return vectorDimensions(typeof first === 'number' ? value : first, type);
  }
  return undefined;
}

/**
 * The dimensions of the embeddings in an answer: a vector, a list of them, or an object with those of each type. Amazon
 * and TwelveLabs have each vector in an object with facts of its own.
 */
export function embeddingDimensions(answer: unknown): number | undefined {
  const { embedding, embeddings, embeddingsByType, data } = props(answer);
  const found = embedding ?? embeddings ?? data;
  const first: unknown = Array.isArray(found) && typeof found[0] !== 'number' ? found[0] : found;
  const vector = props(first)['embedding'] ?? first;
  return vectorDimensions(vector) ?? dimensionsByType(embeddingsByType ?? vector);
}
