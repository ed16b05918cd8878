/** Whether a page would have anything to show: a file that cannot be read is named before the viewer starts. */

import { printable } from '@spanline/pretty/internal';
import { openFiles } from '@spanline/query/internal';
import { isUrl } from '../source/index.ts';

const MAX_PATH = 300;

/**
 * Opens each file of a source of files, and closes it.
 *
 * @returns warnings about files that cannot be read, each with its line feed
 * @throws SpanlineError `ERR_INVALID_OPTION` if none can be read
 */
export async function checkFiles(sources: readonly string[]): Promise<string> {
  if (sources.some(isUrl)) return '';
  let warnings = '';
  const files = await openFiles(sources, (path, reason) => {
    warnings += `warn: ${printable(path, MAX_PATH)} cannot be read: ${reason}\n`;
  });
  for (const file of files) file.close();
  return warnings;
}
