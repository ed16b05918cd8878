import { SpanlineError } from '@spanline/core';
import { Baselines } from './alerting/baselines.ts';
import { writeMemory } from './alerting/memory-file.ts';
import type { LogLines } from './metrics/offline.ts';
import { optionsOf } from './options.ts';
import { replay } from './replay.ts';
import { resolveRules } from './rules/resolve.ts';
import type { AlertRuleInput } from './rules/types.ts';

/** Options of {@link learnBaselines}. */
export interface LearnOptions {
  /** The rules that the monitor will have: what is usual is learned for each of those that are relative to it. */
  rules: readonly AlertRuleInput[];
  /** A log of a time when all was well. */
  lines: LogLines;
  /** Is written anew; the monitor is given it as `memory`. */
  file: string;
}

/**
 * Learns what is usual from a log, so that a new monitor does not have to wait until it knows.
 *
 * @returns for how many rules and steps enough is known
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`; the error of the file system when the file cannot be written
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { CATALOG, learnBaselines } from '@spanline/monitor';
 *
 * const lines = readFileSync('app.ndjson', 'utf8');
 * await learnBaselines({ rules: [CATALOG.stepLatency], lines, file: 'state/memory.json' });
 * ```
 */
export async function learnBaselines(options: LearnOptions): Promise<number> {
  const { rules, lines, file } = optionsOf(options);
  if (typeof file !== 'string' || file === '') {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'file', expected: 'a path', got: file });
  }
  const baselines = new Baselines();
  await replay(resolveRules(rules), lines, baselines, () => undefined);
  await writeMemory(file, baselines, new Map());
  return baselines.known;
}
