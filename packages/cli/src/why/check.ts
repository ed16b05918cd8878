/** `spanline check`: exits with 1 if a log breaks a requirement. */

import { check, type CheckResult } from '@spanline/monitor/offline';
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

/** The answer of a check. @param hasNames - of rules, which have names */
export function checkReport(result: CheckResult, hasNames: boolean): Report {
  return { blocks: checkBlocks(result, hasNames), data: result, isOk: result.isMet };
}

/** Runs `spanline check`. */
export const checkCommand = defineQuestion({
  name: 'check',
  help: HELP,
  flags: {},
  words: 1,
  async answer({ query, filter, words: [expression], read }): Promise<Report> {
    if (expression === undefined) return fail('expression', "given, such as 'p95(rerank) < 2s'");
    return checkReport(await check(expression, linesOf(query, filter, read)), false);
  },
});
