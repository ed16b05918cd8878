import {
  closeSync,
  constants as files,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { FILE_MODE } from '../state/file-names.ts';
import { fingerprintOfStart } from './fingerprint.ts';

/** A compressed file, as far as it can be known without unpacking it. */
export interface GzipFile {
  /** Identifies the content: checksum and size (RFC 1952, section 2.3.1), and fingerprint of the first bytes. */
  readonly key: string;
  /** Fingerprint of the first bytes of the content. */
  readonly start: string;
  /** Size of the content, up to 4 GiB. */
  readonly bytes: number;
}

const START_BYTES = 16_384;
/** Header and trailer of the smallest file. */
const MIN_BYTES = 18;
const TRAILER_BYTES = 8;

/** Whether a path is that of a compressed file. */
export const isGzip = (path: string): boolean => path.endsWith('.gz');

/** Reads what identifies a compressed file. @returns `undefined` if it is none. @throws the system's error */
export function identifyGzip(path: string): GzipFile | undefined {
  const handle = openSync(path, 'r');
  try {
    const { size } = fstatSync(handle);
    if (size < MIN_BYTES) return undefined;
    const packed = Buffer.alloc(Math.min(START_BYTES, size));
    readSync(handle, packed, 0, packed.length, 0);
    const trailer = Buffer.alloc(TRAILER_BYTES);
    readSync(handle, trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES);
    const start = fingerprintOfStart(gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }));
    return { key: `gzip-${trailer.toString('hex')}-${start}`, start, bytes: trailer.readUInt32LE(4) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_') === true) return undefined;
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Fingerprint of the first bytes of a compressed file's content; `undefined` if it cannot be read. */
export function startOfGzip(path: string): string | undefined {
  try {
    return identifyGzip(path)?.start;
  } catch {
    return undefined;
  }
}

/**
 * Unpacks a file. The target exists once it is whole. Shippers that unpack the same file write the same bytes to the
 * same places of one `.part`, and so does the next one after a kill.
 *
 * @throws if the file is damaged, or not whole yet
 */
export async function unpack(path: string, to: string): Promise<void> {
  const part = `${to}.part`;
  try {
    const fd = openSync(part, files.O_WRONLY | files.O_CREAT, FILE_MODE);
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(part, { fd }));
    if (existsSync(to)) rmSync(part, { force: true });
    else renameSync(part, to);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
