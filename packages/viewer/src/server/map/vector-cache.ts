/** Vectors that an endpoint gave, by the hash of their text. The file holds no text, and only its owner can read it. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embed } from './embed.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const HASH_BYTES = 32;
const HEAD_BYTES = 4;
/** Most bytes of a file; the vectors that were added last stay. */
const MAX_BYTES = 67_108_864;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A file of vectors. A file that is damaged is empty. */
function readVectors(path: string): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return vectors;
  }
  const length = bytes.length < HEAD_BYTES ? 0 : bytes.readUInt32LE(0);
  const size = HASH_BYTES + length * 4;
  if (length === 0 || (bytes.length - HEAD_BYTES) % size !== 0) return vectors;
  for (let at = HEAD_BYTES; at < bytes.length; at += size) {
    const numbers = Uint8Array.from(bytes.subarray(at + HASH_BYTES, at + size));
    vectors.set(bytes.toString('hex', at, at + HASH_BYTES), new Float32Array(numbers.buffer));
  }
  return vectors;
}

function writeVectors(folder: string, path: string, vectors: ReadonlyMap<string, Float32Array>, length: number): void {
  const most = Math.floor((MAX_BYTES - HEAD_BYTES) / (HASH_BYTES + length * 4));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(length);
  const own = [...vectors].filter(([, vector]) => vector.length === length).slice(-most);
  const parts = own.flatMap(([hash, { buffer, byteOffset, byteLength }]) => [
    Buffer.from(hash, 'hex'),
    Buffer.from(buffer, byteOffset, byteLength),
  ]);
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, Buffer.concat([head, ...parts]), { mode: FILE_MODE, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Asks for the vectors that are not known yet. A cache that cannot be written costs a request the next time.
 *
 * @param name - the endpoint and its model
 */
export function withCache(embed: Embed, folder: string, name: string): Embed {
  const path = join(folder, `${hashOf(name).slice(0, 32)}.vectors`);
  return async (texts, signal) => {
    const known = readVectors(path);
    const hashes = texts.map(hashOf);
    const missing = new Map(
      texts.flatMap((text, at) => (known.has(hashes[at] ?? '') ? [] : [[hashes[at] ?? '', text]])),
    );
    const added = await embed([...missing.values()], signal);
    const length = added[0]?.length ?? known.values().next().value?.length ?? 0;
    // The model behind a name may be another one now.
    if (added[0] !== undefined && [...known.values()].some((vector) => vector.length !== length)) known.clear();
    [...missing.keys()].forEach((hash, at) => known.set(hash, added[at] ?? new Float32Array(length)));
    if (missing.size > 0) {
      try {
        writeVectors(folder, path, known, length);
      } catch {
        // The map is drawn all the same.
      }
    }
    const found = hashes.flatMap((hash) => known.get(hash) ?? []);
    return found.length === texts.length ? found : embed(texts, signal);
  };
}
