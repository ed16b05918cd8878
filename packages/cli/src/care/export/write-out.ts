/** The file of an export: whole or not there, for its owner only. */

import { closeSync, createReadStream, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { link, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writePieces } from '@spanline/query/internal';
import { SpanlineError } from '@spanline/record';
import type { CommandIo } from '../../command.ts';
import { fail } from '../../fail.ts';

/** Where an export goes. */
export interface Target {
  /** `-` for the standard output. */
  readonly path: string;
  /** Replace a file that is there. */
  readonly force: boolean;
}

/** Writes the content to a path at which nothing is yet. */
type Fill = (path: string) => Promise<void>;

const isThere = (path: string): never => {
  const problem = `${path} is there already; --force replaces it`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Checks a target before the log is read.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` if the file is there, if it is a folder, or if its folder is not there
 */
export function checkTarget({ path, force }: Target): void {
  if (path === '-') return;
  const folder = dirname(path);
  if (!isFolder(folder)) fail('--out', `a file in a folder that is there; there is no folder ${folder}`);
  if (isFolder(path)) fail('--out', `a file; ${path} is a folder`);
  if (!force && existsSync(path)) isThere(path);
}

async function print(pieces: AsyncIterable<string | Uint8Array>, { stdout }: CommandIo): Promise<void> {
  for await (const piece of pieces) {
    stdout.write(piece);
    if (stdout.writableNeedDrain === true) await new Promise<void>((resolve) => stdout.once?.('drain', resolve));
  }
}

/** After a power cut the file is whole as well. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A link fails where a file is; a rename would replace it. */
async function place(from: string, { path, force }: Target): Promise<void> {
  if (force) return rename(from, path);
  try {
    await link(from, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') isThere(path);
    // Some file systems have no links.
    if (existsSync(path)) isThere(path);
    return rename(from, path);
  }
  await rm(from);
}

/** Whether there is anything in an export. One that is empty leaves no file. */
type HasContent = () => boolean;

/** Fills a hidden file beside the target, and gives it its name when it is whole. @returns its size in bytes */
async function fillFile(target: Target, fill: Fill, hasContent: HasContent): Promise<number> {
  const { path } = target;
  const hidden = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  await rm(hidden, { force: true });
  // Ctrl-C a second time ends the process at once.
  const remove = (): void => rmSync(hidden, { force: true });
  process.once('exit', remove);
  try {
    await fill(hidden);
    sync(hidden);
    const { size } = await stat(hidden);
    if (hasContent()) await place(hidden, target);
    else await rm(hidden);
    return hasContent() ? size : 0;
  } catch (error) {
    remove();
    throw error;
  } finally {
    process.off('exit', remove);
  }
}

/**
 * Writes pieces.
 *
 * @returns its size in bytes; `undefined` for the standard output
 * @throws SpanlineError `ERR_INVALID_OPTION` if the file is there; the system's error
 */
export async function writeStream(
  target: Target,
  pieces: AsyncIterable<string | Uint8Array>,
  io: CommandIo,
  hasContent: HasContent,
): Promise<number | undefined> {
  if (target.path === '-') {
    await print(pieces, io);
    return undefined;
  }
  return fillFile(target, (path) => writePieces(path, pieces), hasContent);
}

/** Writes a file that needs a place of its own while it is written. The rest is as for {@link writeStream}. */
export async function writeFile(
  target: Target,
  fill: Fill,
  io: CommandIo,
  hasContent: HasContent,
): Promise<number | undefined> {
  if (target.path !== '-') return fillFile(target, fill, hasContent);
  const folder = await mkdtemp(join(tmpdir(), 'spanline-export-'));
  try {
    const path = join(folder, 'export');
    await fill(path);
    await print(createReadStream(path), io);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
