import { fstatSync } from 'node:fs';
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
    return fd > 2 && fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
