/** `spanline check`: exits with 1 if a log breaks a requirement. */

import { type AlertRuleInput, check } from '@spanline/monitor/offline';
import type { Filter, Query, ReadOptions } from '@spanline/query';
import { fail } from '../fail.ts';
import type { Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { checkBlocks } from './check-table.ts';
import { linesOf } from './lines.ts';

const HELP = `spanline check <expression> [source] [filter]

Checks that requirements hold for a log, such as the log of a test run. It exits with 1 if one is broken, or if the log
has no data for it.

  spanline check 'p95(rerank) < 2s and cost/request < 0.02 and error_rate < 1%' app.ndjson

An expression is a metric, a comparison and a value, joined by "and". A step stands in brackets behind the metric.
Rules of alerts take the same expressions: docs/alerts.md has the metrics.
`;

/**
 * Checks the lines of a query. A log that was not read whole meets nothing: what is missing may break a requirement.
 *
 * @param what - an expression, or rules, which have names
 */
export async function checkReport(
  what: string | readonly AlertRuleInput[],
  { query, filter, read }: { query: Query; filter: Filter; read: ReadOptions },
): Promise<Report> {
  const result = await check(what, linesOf(query, filter, read));
  const isWhole = query.unreadFiles().size === 0;
  const isMet = result.isMet && isWhole;
  const blocks = checkBlocks({ ...result, isWhole }, typeof what !== 'string');
  return { blocks, data: { ...result, isMet, isWhole }, isOk: isMet };
}

/** Runs `spanline check`. */
export const checkCommand = defineQuestion({
  name: 'check',
  help: HELP,
  flags: {},
  words: 1,
  async answer({ query, filter, words: [expression], read }): Promise<Report> {
    if (expression === undefined) return fail('expression', "given, such as 'p95(rerank) < 2s'");
    return checkReport(expression, { query, filter, read });
  },
});
