/** Processes that have a file open for writing. If it were replaced, they would write to the old one. */

import { existsSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs';

/** `O_WRONLY` or `O_RDWR` among the flags of an open file. */
const WRITING = 0o3;
/** Without a list of processes, a file that changed within this time is taken for one that is being written. */
const QUIET_MS = 10_000;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isWriting(pid: string, descriptor: string, { dev, ino }: Stats): boolean {
  const open = attempt(() => statSync(`/proc/${pid}/fd/${descriptor}`));
  if (open === undefined || open.ino !== ino || open.dev !== dev) return false;
  const info = attempt(() => readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8')) ?? '';
  return (Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8) & WRITING) !== 0;
}

/**
 * Names a process that is writing a file, as far as this process may see it (proc(5)).
 *
 * @returns `undefined` if there is none
 */
export function writerOf(stats: Stats): string | undefined {
  if (!existsSync('/proc/self/fd')) {
    const quietMs = Date.now() - stats.mtimeMs;
    return quietMs >= 0 && quietMs < QUIET_MS ? 'A process that cannot be seen here' : undefined;
  }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
    if (!descriptors.some((descriptor) => isWriting(pid, descriptor, stats))) continue;
    const name = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
    return `process ${pid}${name === undefined || name === '' ? '' : ` (${name})`}`;
  }
  return undefined;
}
