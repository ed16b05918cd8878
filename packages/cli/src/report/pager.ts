/** Shows text in the user's pager. */

import { spawn } from 'node:child_process';
import type { CommandIo } from '../command.ts';

/** Quits if one screen is enough, shows colours, leaves the text on the screen. */
const LESS = 'FRX';

/**
 * Ctrl-C is the pager's while it runs. A command that must end takes its pager along: the two would fight over the
 * terminal otherwise.
 *
 * @returns false if there is no pager
 */
export function showInPager(text: string, { env, stop, leaveInterrupts }: CommandIo): Promise<boolean> {
  const pager = env['PAGER'] ?? 'less';
  if (pager === '' || pager === 'cat') return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(pager, {
      shell: true,
      stdio: ['pipe', 'inherit', 'ignore'],
      env: { ...env, LESS: env['LESS'] ?? LESS },
    });
    const takeInterrupts = leaveInterrupts?.();
    const end = (): void => void child.kill();
    stop.addEventListener('abort', end, { once: true });
    const leave = (isShown: boolean): void => {
      takeInterrupts?.();
      stop.removeEventListener('abort', end);
      resolve(isShown);
    };
    child.on('error', () => leave(false));
    // 127: the shell found no such program.
    child.on('close', (code) => leave(code !== 127));
    // The reader may leave early.
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
