import { type BigIntStats, fstatSync } from 'node:fs';
import type { Logger } from 'pino';
import { type LoggerInternals, pinoSymbols } from './pino-internals.ts';

/**
 * How long the lines of a logger may be: `large` for a file, `small` for stdout and unknown destinations, because
 * container runtimes split lines at 16 KiB.
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
 * Status of an open file descriptor. Numbers are bigints: Node's `realpathSync`, which `require` resolves links with,
 * reads the numbers of the last call of `fstatSync` with plain numbers, and stops at links if that was a pipe.
 *
 * @throws the system's error if the descriptor is not open
 */
export function statOpen(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}
