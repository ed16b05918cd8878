import { checkOptions, option, type Shape } from '@spanline/record';
import { Baselines } from '../evaluation/baselines.ts';
import { writeBaselines } from '../evaluation/memory-file.ts';
import { linesOption, type LogLines } from '../metrics/log-metrics.ts';
import { resolveRules } from '../rules/resolve.ts';
import { rulesOption } from '../rules/shape.ts';
import type { AlertRuleInput } from '../rules/types.ts';
import { replay } from './replay.ts';

/** Options of {@link learnBaselines}. */
export interface LearnOptions {
  /** The monitor's rules. Baselines are learned for those with `relativeTo`. */
  rules: readonly AlertRuleInput[];
  /** A log of a time without incidents. */
  lines: LogLines;
  /** Is replaced. Give it to the monitor as `memory.file`. */
  file: string;
}

const SHAPE: Shape<LearnOptions> = {
  rules: option.required(rulesOption),
  lines: option.required(linesOption),
  file: option.required(option.string()),
};

/**
 * Learns baselines from a log, so that a new monitor has them from the start.
 *
 * @returns number of rules and steps that now have a baseline
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`; the file system's error if the file cannot be written
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
  checkOptions(SHAPE, options);
  const { rules, lines, file } = options;
  const baselines = new Baselines();
  await replay(resolveRules(rules), lines, baselines);
  await writeBaselines(file, baselines);
  return baselines.known;
}
