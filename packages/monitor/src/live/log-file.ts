import { resolve } from 'node:path';
import { pinoSymbols } from '@spanline/core/internal';

const SAFE = /^[\w./@%+=:,-]+$/;

/**
 * Finds the file that a pino logger writes to. Never throws.
 *
 * @returns the full path; `undefined` for a pipe, a terminal or a transport
 */
export function logFileOf(logger: object): string | undefined {
  try {
    const symbols = pinoSymbols(logger);
    if (symbols === undefined) return undefined;
    const { file } = ((logger as Record<symbol, unknown>)[symbols.stream] ?? {}) as { file?: unknown };
    return typeof file === 'string' && file !== '' ? resolve(file) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a shell command that prints the lines of traces. */
export function grepTraces(file: string, traceIds: readonly string[]): string {
  const quoted = SAFE.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`;
  return `grep -E '${traceIds.join('|')}' ${quoted}`;
}
