/**
 * Opens an address in the browser. The address holds a token, and other users of the machine can read the arguments of
 * a process. The browser therefore gets a file that only its owner can read and that leads on to the address.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs that open a file, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
const OPENER = ['xdg-open'] as const;

/** Opens an address, if there is a browser. @returns a function that removes the file */
export function openBrowser(url: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-view-'));
  const file = join(folder, 'open.html');
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${url.replaceAll('&', '&amp;')}">`, {
    mode: 0o600,
  });
  const [program, ...args] = OPENERS[process.platform] ?? OPENER;
  const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true });
  // Without a browser the printed address is enough.
  child.on('error', () => {});
  child.unref();
  return () => rmSync(folder, { recursive: true, force: true });
}
