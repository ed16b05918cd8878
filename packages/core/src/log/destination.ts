import { type BigIntStats, fstatSync } from 'node:fs';
import type { Logger } from 'pino';
import { type LoggerInternals, pinoSymbols } from './pino-internals.ts';

/**
 * How long the lines of a destination may be: `large` for a file, `small` for stdout and for what cannot be known, since container runtimes split
 * lines at 16 KiB.
 */
export function destinationKind(logger: Logger): 'small' | 'large' {
  const symbols = pinoSymbols(logger);
  if (symbols === undefined) return 'small';
  const stream = (logger as unknown as LoggerInternals)[symbols.stream] as { file?: unknown; fd?: unknown } | undefined;
  if (typeof stream?.file === 'string') return 'large';
  return typeof stream?.fd === 'number' && isFile(stream.fd) ? 'large' : 'small';
}

function isFile(fd: number): boolean {
  try {
    return fd > 2 && statOpen(fd).isFile();
  } catch {
    return false;
  }
}

/**
 * What a file descriptor stands for. As bigints: Node's `realpathSync`, which `require` resolves links with, reads the numbers of whichever call of `fstatSync` was the last, and stops at links where that was a pipe.
 *
 * @throws the system's error when it is not open
 */
export function statOpen(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}
