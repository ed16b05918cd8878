import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { isSameFile } from './file-id.ts';

/** Whether the system makes up the content as it is read, as in `/proc`: no place in it can be found again. */
function isMadeUp(handle: number): boolean {
  if (fstatSync(handle).size > 0) return false;
  return readSync(handle, Buffer.alloc(1), 0, 1, 0) > 0 && fstatSync(handle).size === 0;
}

/** First bytes of compressed files. */
const COMPRESSED: readonly (readonly [form: string, start: RegExp])[] = [
  ['gzip', /^1f8b08/],
  ['zstd', /^28b52ffd/],
  ['xz', /^fd377a585a00/],
  ['bzip2', /^425a683[1-9]/],
  ['zip', /^504b0304/],
];
const START_BYTES = 6;

/** The form in which a file is compressed, though its name does not end with `.gz`. */
function compressionOf(handle: number): string | undefined {
  const start = Buffer.alloc(START_BYTES);
  const text = start.toString('hex', 0, readSync(handle, start, 0, START_BYTES, 0));
  return COMPRESSED.find(([, first]) => first.test(text))?.[0];
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/**
 * Opens the file.
 *
 * @throws an error if the path has come to belong to another file, or has no lines: it is compressed, or has no lasting
 * content
 */
export function openFound(path: string, found: Stats): number {
  const handle = openSync(path, 'r');
  try {
    if (!isSameFile(fstatSync(handle), found, path)) throw failure('ESTALE', `${path} is another file now`);
    if (isMadeUp(handle)) throw failure('ENOTSUP', `${path} is made up by the system`);
    const form = compressionOf(handle);
    if (form !== undefined) throw failure(`ECOMPRESSED_${form}`, `${path} is compressed`);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}
