import fc from 'fast-check';
import { expect, it } from 'vitest';
import { watchCalls } from './support/machine.ts';
import { EVENTS, StepWorld } from './support/steps.ts';

const IS_LONG = process.env['SPANLINE_LONG'] === '1';
const LONG_MS = 240_000;
const SEED = 2026;

const plans = fc.array(fc.record({ after: fc.nat(150), event: fc.constantFrom(...EVENTS, 'kill' as const) }), {
  minLength: 3,
  maxLength: 14,
  size: 'max',
});

it('no line is lost or has two ids, whatever happens between any two steps, wherever a kill happens', async () => {
  const sum = { runs: 0, lines: 0, steps: 0 };
  const done = new Map<string, number>();
  const run = async (world: StepWorld): Promise<void> => {
    const unwatch = watchCalls();
    try {
      await world.run();
      const { lost, repeated, reports } = await world.settle();
      expect({ lost, repeated, reports }, world.trace.join('\n')).toEqual({ lost: [], repeated: [], reports: [] });
      sum.runs++;
      sum.lines += world.lines;
      sum.steps += world.steps;
      for (const [event, times] of world.done) done.set(event, (done.get(event) ?? 0) + times);
    } finally {
      unwatch();
    }
  };
  await fc.assert(
    fc.asyncProperty(plans, (plan) => run(new StepWorld(plan))),
    // The short run has the same plans each time; the long one looks for new ones.
    IS_LONG
      ? { numRuns: Infinity, interruptAfterTimeLimit: LONG_MS, endOnFailure: true }
      : { numRuns: 20, endOnFailure: true, seed: SEED },
  );
  if (!IS_LONG) return;
  const events = JSON.stringify(Object.fromEntries(done));
  process.stdout.write(`${sum.runs} runs, ${sum.steps} steps, ${sum.lines} lines, lost: 0, twice: 0. ${events}\n`);
  expect([...done.keys()].toSorted()).toEqual([...EVENTS].toSorted());
});
