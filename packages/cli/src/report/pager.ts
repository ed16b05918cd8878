/** Shows text in the user's pager. */

import { spawn } from 'node:child_process';
import type { CommandIo } from '../command.ts';

/** Quits if one screen is enough, shows colours, leaves the text on the screen. */
const LESS = 'FRX';

/** @returns false if there is no pager */
export function showInPager(text: string, { env }: CommandIo): Promise<boolean> {
  const pager = env['PAGER'] ?? 'less';
  if (pager === '' || pager === 'cat') return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(pager, {
      shell: true,
      stdio: ['pipe', 'inherit', 'ignore'],
      env: { ...env, LESS: env['LESS'] ?? LESS },
    });
    child.on('error', () => resolve(false));
    // 127: the shell found no such program.
    child.on('close', (code) => resolve(code !== 127));
    // The reader may leave early.
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
