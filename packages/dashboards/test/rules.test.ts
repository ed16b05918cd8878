import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { runs } from '../../../test/support/effort.ts';
import { type Line, type Moment, naiveLevels, windowOf } from './support/naive-rules.ts';
import { log, ruleOf, type RuleShape, withGauge } from './support/rules-and-logs.ts';

const EVERY_MS = 15_000;
const DELAY_MS = 10_000;
/** Of a window; of one of a step. */
const MAX_BUCKETS = 60;
const MAX_STEP_BUCKETS = 15;

/** The times at which a monitor that watched the log would have evaluated it. */
function momentsOf(lines: readonly Line[], rule: ResolvedRule): Moment[] {
  const times = lines.map((line) => Date.parse(String(line['@timestamp'])));
  const start = times[0] ?? 0;
  const windowMs = rule.windowMinutes * 60_000;
  const bucketMs =
    windowMs /
    Math.min(rule.step === undefined ? MAX_BUCKETS : MAX_STEP_BUCKETS, Math.max(1, Math.ceil(windowMs / EVERY_MS)));
  const moments: Moment[] = [];
  const last = (times.at(-1) ?? 0) + EVERY_MS + DELAY_MS + 2 * EVERY_MS;
  for (let at = start; at <= last; at += EVERY_MS) {
    const to = Math.floor((at - DELAY_MS) / bucketMs) * bucketMs;
    const window = windowOf(rule, to, at);
    moments.push({ at, ...window, isWhole: window.from >= start });
  }
  return moments;
}

const SHAPE: RuleShape = {
  hasWarnings: true,
  hasLowCounts: true,
  more: ['latency_p95_ms', 'daily_tokens', 'gauge.queue'],
  hasSteps: true,
};

describe('a rule', () => {
  it('fires and recovers in the monitor as its description says', async () => {
    await fc.assert(
      fc.asyncProperty(ruleOf(SHAPE), log, async (rule, logged) => {
        const lines = withGauge(logged);
        const [resolved] = resolveRules([rule]);
        if (resolved === undefined) throw new Error('no rule');
        const [result] = await backtest([rule], lines);
        const incidents = result?.incidents ?? [];
        const moments = momentsOf(lines, resolved);
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
