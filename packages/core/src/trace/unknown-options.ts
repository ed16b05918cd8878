/** Options of one call that do not exist: typing errors, which are counted and are no reason to stop a request. */
import type { SpanOwner } from './span-state.ts';

const MAX_KEY = 64;
/** Of one call. */
const MAX_NOTED = 16;

/** The names of all options. The type makes the list complete. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Counts the options that are not among the known ones. The process warns about each once. */
export function noteUnknownOptions(
  operation: string,
  options: object,
  known: Readonly<Record<string, true>>,
  internalError: SpanOwner['internalError'],
): void {
  let noted = 0;
  for (const key in options) {
    if (Object.hasOwn(known, key)) continue;
    if (noted++ === MAX_NOTED) return;
    internalError(`${operation} option ${key.slice(0, MAX_KEY)}`, 'unknown');
  }
}
