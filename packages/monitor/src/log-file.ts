import { resolve } from 'node:path';

const SAFE = /^[\w./@%+=:,-]+$/;

function fileOf(logger: object): string | undefined {
  for (let object: object | null = logger; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    const symbol = Object.getOwnPropertySymbols(object).find(({ description }) => description === 'pino.stream');
    if (symbol === undefined) continue;
    const { file } = ((object as Record<symbol, unknown>)[symbol] ?? {}) as { file?: unknown };
    return typeof file === 'string' && file !== '' ? file : undefined;
  }
  return undefined;
}

/** The file that a pino logger writes to, by its full path; `undefined` where it writes to a pipe, a terminal or a transport. Never throws. */
export function logFileOf(logger: object): string | undefined {
  try {
    const file = fileOf(logger);
    return file === undefined ? undefined : resolve(file);
  } catch {
    return undefined;
  }
}

/** A command for a shell that prints the lines of traces. */
export function grepTraces(file: string, traceIds: readonly string[]): string {
  const quoted = SAFE.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`;
  return `grep -E '${traceIds.join('|')}' ${quoted}`;
}
