/** Writes a new file, piece by piece. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Content of users may be in it. */
const MODE = 0o600;

/**
 * Writes pieces to a file that only its owner may read. If they end with an error, the file is removed.
 *
 * @param overwrite - replace the file if it is there
 * @throws the system's error, `EEXIST` if the file is there; the error of the pieces
 */
export async function writePieces(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  overwrite = false,
): Promise<void> {
  const file = createWriteStream(path, { mode: MODE, flags: overwrite ? 'w' : 'wx' });
  await once(file, 'open');
  try {
    await pipeline(pieces, file);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
