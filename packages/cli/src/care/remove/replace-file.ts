/** Rewrites one file: it holds the old content or the new one, whenever the process or the machine ends. */

import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { isAlive, type LogFile } from '@spanline/query/internal';
import { type Range, without } from './cut.ts';
import { writerOf } from './writers.ts';

/** Why a file is left as it is. */
export class Refusal extends Error {}

/** A file and the parts of it that go. */
export interface Rewrite {
  /** Open; its path is the real one. */
  readonly file: LogFile;
  readonly ranges: readonly Range[];
  /** Everything else stays at its offset. */
  readonly isFilled: boolean;
  readonly signal: AbortSignal;
  /** Called before the new content takes its place. */
  readonly onReady?: () => void;
}

/** Its lines are read by nobody else before it has the mode of the file. */
const HIDDEN_MODE = 0o600;

/** Name of the new content until it takes its place. */
const hiddenName = (path: string): string => join(dirname(path), `.${basename(path)}.spanline-${process.pid}`);

/** Removes what a run that was killed left beside a file. @throws Refusal while another run works on the file */
export function removeLeftovers(path: string): void {
  const prefix = `.${basename(path)}.spanline-`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (!Number.isSafeInteger(pid) || pid <= 0) continue;
    if (pid !== process.pid && isAlive(pid))
      throw new Refusal(`another run of this command (process ${pid}) works on it`);
    rmSync(join(dirname(path), name), { force: true });
  }
}

/** @throws Refusal for a file that cannot be replaced without harm */
export function checkFile(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) throw new Refusal('it is a link; name the file that it leads to');
  if (!stats.isFile()) throw new Refusal('it is no file on a disk');
  if (stats.nlink > 1)
    throw new Refusal(`it has ${stats.nlink} names (hard links), and the others would keep the lines`);
  const writer = writerOf(stats);
  if (writer !== undefined)
    throw new Refusal(`${writer} is writing it; stop that process, or rotate the file, and run the command again`);
}

/** A gzip stream of the content. Errors of the content come out of the iteration. */
function packed(content: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return pipeline(Readable.from(content), createGzip(), () => {}) as AsyncIterable<Buffer>;
}

/** Copies what was appended behind an offset. @returns its bytes */
async function copyTail(file: LogFile, from: number, target: FileHandle): Promise<number> {
  let at = from;
  for (;;) {
    const bytes = file.readAt(at, 65_536);
    if (bytes.length === 0) return at - from;
    await target.writeFile(bytes);
    at += bytes.length;
  }
}

async function keepOwner(target: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await target.stat();
  try {
    if (own.uid !== uid || own.gid !== gid) await target.chown(uid, gid);
  } catch {
    throw new Refusal('it belongs to another user; run the command as that user or as root');
  }
  // After the owner: a change of the owner takes some bits of the mode away.
  await target.chmod(mode & 0o7777);
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Rewrites a file without parts of it. Mode, owner and time stay. Lines that are appended meanwhile stay.
 *
 * @returns whether a process that could not be seen wrote to the old file at the end; those lines were carried over
 * @throws Refusal; the system's error
 */
export async function rewriteFile({ file, ranges, isFilled, signal, onReady }: Rewrite): Promise<boolean> {
  const { path, isCompressed } = file;
  checkFile(path);
  removeLeftovers(path);
  const hidden = hiddenName(path);
  const before = statSync(path);
  let end = 0;
  async function* content(): AsyncGenerator<Buffer> {
    for await (const chunk of file.chunks(0)) {
      signal.throwIfAborted();
      end += chunk.length;
      yield chunk;
    }
  }
  const target = await open(hidden, 'wx', HIDDEN_MODE);
  try {
    const kept = without(content(), ranges, isFilled);
    for await (const piece of isCompressed ? packed(kept) : kept) await target.writeFile(piece);
    await keepOwner(target, before);
    // The order of rotated files is that of their times. A file of other content has another time.
    await target.utimes(before.atimeMs / 1000, (before.mtimeMs + 1) / 1000);
    await target.sync();
    onReady?.();
    const now = statSync(path);
    const isChanged = isCompressed ? now.size !== before.size : now.size < before.size;
    if (now.dev !== before.dev || now.ino !== before.ino || isChanged)
      throw new Refusal('it was rotated or changed meanwhile; run the command again');
    checkFile(path);
    renameSync(hidden, path);
    syncFolder(path);
    return !isCompressed && (await copyTail(file, end, target)) > 0;
  } catch (error) {
    rmSync(hidden, { force: true });
    throw error;
  } finally {
    await target.close();
  }
}
