import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest, resolveRules } from '@spanline/monitor/offline';
import { runs } from '../../../test/support/effort.ts';
import { type Line, type Moment, naiveLevels } from './support/naive-rules.ts';
import { log, ruleOf } from './support/rules-and-logs.ts';

const EVERY_MS = 15_000;
const DELAY_MS = 10_000;
const MAX_BUCKETS = 60;

/** The times at which a monitor that watched the log would have evaluated it. */
function momentsOf(lines: readonly Line[], windowMinutes: number): Moment[] {
  const times = lines.map((line) => Date.parse(String(line['@timestamp'])));
  const start = times[0] ?? 0;
  const windowMs = windowMinutes * 60_000;
  const bucketMs = windowMs / Math.min(MAX_BUCKETS, Math.max(1, Math.ceil(windowMs / EVERY_MS)));
  const moments: Moment[] = [];
  const last = (times.at(-1) ?? 0) + EVERY_MS + DELAY_MS + 2 * EVERY_MS;
  for (let at = start; at <= last; at += EVERY_MS) {
    const to = Math.floor((at - DELAY_MS) / bucketMs) * bucketMs;
    const from = to - windowMs;
    moments.push({ at, from, to, isWhole: from >= start });
  }
  return moments;
}

describe('a rule', () => {
  it('fires and recovers in the monitor as its description says', async () => {
    await fc.assert(
      fc.asyncProperty(ruleOf({ hasWarnings: true, hasLowCounts: true }), log, async (rule, lines) => {
        const [resolved] = resolveRules([rule]);
        if (resolved === undefined) throw new Error('no rule');
        const [result] = await backtest([rule], lines);
        const incidents = result?.incidents ?? [];
        const moments = momentsOf(lines, rule.windowMinutes ?? 15);
        const levels = naiveLevels(resolved, lines, moments);
        const open = (at: number): boolean =>
          incidents.some(({ from, to }) => at >= from && (to === undefined || at < to));
        const expected = moments.map(({ at }, index) => [at, levels[index] !== 'OK']);
        const end = Math.max(...moments.map(({ at }) => at)) - 4 * EVERY_MS;
        const upToEnd = ([at]: readonly unknown[]): boolean => (at as number) <= end;
        expect(moments.map(({ at }) => [at, open(at)]).filter(upToEnd)).toEqual(expected.filter(upToEnd));
      }),
      { numRuns: runs(100, 3000) },
    );
  });
});
