/** Scores that alert: evaluators at work, default rules, and a clock that the test moves. */
import { expect, it, onTestFinished } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { createMonitor, DEFAULT_RULES } from '@spanline/monitor';
import { createEvals, feedback, field, groundedness } from '../src/index.ts';

/** The interval of evaluation by default. */
const INTERVAL = 15_000;
const FOUNDED = 'The notice period is three months.';
const INVENTED = 'The fee is 4711 euros.';

/** A service whose answers are scored by code, with a monitor that evaluates when the test says so. */
function setUp(evaluationDelaySeconds?: number) {
  let now = Date.parse('2026-03-29T12:00:00Z');
  const clock = { now: () => now, monotonic: () => now };
  const tracer = createTracer({ logger: memoryLog().logger, clock, statsIntervalSeconds: 0 });
  const rules = DEFAULT_RULES.filter(({ name }) => /Faithfulness|Hallucination/.test(name));
  const delay = evaluationDelaySeconds === undefined ? {} : { evaluationDelaySeconds };
  const monitor = createMonitor({ tracer, clock, rules, evaluateEverySeconds: 3600, ...delay });
  const on = { answer: field.answer, documents: field.documents };
  const grounded = groundedness();
  const evals = createEvals({
    tracer,
    feedback: [
      feedback({ name: 'faithfulness', on, fn: grounded }),
      feedback({ name: 'hallucination', on, fn: ({ answer }) => answer === INVENTED }),
    ],
  });
  const fired: string[] = [];
  monitor.onAlert(({ name, event }) => void fired.push(`${name} ${event}`));
  onTestFinished(async () => {
    await evals.close();
    await monitor.close();
    await tracer.shutdown();
  });
  return {
    monitor,
    /** Answers requests, and waits for their scores. The clock stands still. */
    async answer(count: number, text: string): Promise<void> {
      for (let index = 0; index < count; index++) {
        tracer.withSpan({ name: 'POST /ask', type: 'http', input: 'How long is the notice period?' }, (root) => {
          tracer.withSpan({ name: 'search', type: 'retriever' }, (span) => {
            span.output([{ id: 'a', content: 'The notice period for a tenancy in Berlin is three months.' }]);
          });
          root.output(text);
        });
      }
      await evals.settled();
    },
    /** Moves the clock by one interval, and evaluates at its end. @returns what fired */
    interval(): string[] {
      now += INTERVAL;
      monitor.evaluate();
      return fired.splice(0);
    },
  };
}

/** 19 of 20 answers are founded: a mean of 0.95, and a share of just 5 %. */
async function atTheLimits({ answer }: ReturnType<typeof setUp>): Promise<void> {
  await answer(19, FOUNDED);
  await answer(1, INVENTED);
}

it('low faithfulness and hallucinations fire within one interval of the scores', async () => {
  const world = setUp(0);
  await atTheLimits(world);
  expect(world.interval()).toEqual([]);
  const { values } = world.monitor.metrics();
  expect([values['faithfulness_score'], values['hallucination_rate']]).toEqual([0.95, 0.05]);
  // 9 of 28 answers are invented: a mean of 0.68, and a share of 32 %.
  await world.answer(8, INVENTED);
  expect(world.interval()).toEqual(['Low Faithfulness fired', 'Hallucination Spike fired']);
  expect(world.interval()).toEqual([]);
});

it('with a delay for late lines, they fire at the first evaluation after it', async () => {
  const world = setUp();
  await atTheLimits(world);
  expect([world.interval(), world.interval()]).toEqual([[], []]);
  await world.answer(8, INVENTED);
  // The bucket of the scores is over now. Late lines have ten more seconds.
  expect(world.interval()).toEqual([]);
  expect(world.interval()).toEqual(['Low Faithfulness fired', 'Hallucination Spike fired']);
});
