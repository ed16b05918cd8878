/** Files of the given sources that may be rewritten. Links are never followed out of the given folders. */

import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type LogFile, openFiles } from '@spanline/query/internal';

/**
 * - `log`: a log.
 * - `segment`: a part of a spool. Shippers remember places in it.
 * - `letters`: lines that a target refused, each in the field `line` of another one.
 * - `retried`: the same, of a `--retry` that was interrupted.
 * - `copy`: the content of a compressed file that a shipper has not sent yet.
 */
type FileKind = 'log' | 'segment' | 'letters' | 'retried' | 'copy';

/** A file of a source, open. */
export interface SourceFile {
  readonly kind: FileKind;
  /** Its path is the real one. */
  readonly file: LogFile;
  /** Why it must stay as it is. */
  readonly refusal?: string;
}

/** Files of a spool beside its segments. */
const IN_SPOOL = ['dead-letter/*.ndjson', 'dead-letter/retry/*/*.letters', 'gzip-*/content'];

function fileKindOf(path: string): FileKind {
  const folder = basename(dirname(path));
  if (/^writer-\d+-[0-9a-z]+$/.test(folder)) return 'segment';
  if (folder === 'dead-letter') return 'letters';
  if (path.endsWith('.letters') && basename(dirname(dirname(path))) === 'retry') return 'retried';
  return folder.startsWith('gzip-') && basename(path) === 'content' ? 'copy' : 'log';
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The folder that a source may not be left from: the folder itself, or the one before the wildcards of a glob. */
function rootOf(source: string): string {
  if (isFolder(source)) return realpathSync(source);
  if (existsSync(source)) return realpathSync(dirname(resolve(source)));
  let root = dirname(resolve(source));
  while (/[*?[\]{}()!]/.test(root)) root = dirname(root);
  return existsSync(root) ? realpathSync(root) : root;
}

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
};

/** Whether compressed content can be read to its end. */
async function isReadable(file: LogFile): Promise<boolean> {
  if (!file.isCompressed) return true;
  try {
    for await (const _ of file.chunks(0));
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens the files of sources. The caller closes them.
 *
 * @param onProblem - called for a file that cannot be read, or not to its end
 * @throws SpanlineError `ERR_INVALID_OPTION` if there is none
 */
export async function openSourceFiles(
  sources: readonly string[],
  onProblem: (path: string, reason: string) => void,
): Promise<SourceFile[]> {
  const roots = sources.map(rootOf);
  const inSpools = sources.filter(isFolder).flatMap((folder) => IN_SPOOL.map((pattern) => join(folder, pattern)));
  const files = await openFiles([...sources, ...inSpools], onProblem);
  const opened: SourceFile[] = [];
  for (const file of files) {
    const path = realpathSync(file.path);
    const kind = fileKindOf(path);
    if (!roots.some((root) => isWithin(root, path)))
      opened.push({ kind, file: { ...file }, refusal: 'it is a link that leads out of the given folder' });
    else if (await isReadable(file)) opened.push({ kind, file: { ...file, path } });
    else {
      onProblem(file.path, 'its compressed content is cut or damaged; it stays as it is');
      file.close();
    }
  }
  return opened;
}
