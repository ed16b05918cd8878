/** The time that guards add to a stream, against the stream alone. */
import { createLogger, createTracer } from '@spanline/core';
import { createGuards, detectors, literals, pattern, redactOutput, type Rule } from '@spanline/guards';
import { type BenchResult, measure } from './harness.ts';
import { absolute, type Row } from './rows.ts';

const SENTENCE =
  'The notice period of the contract is three months to the end of a quarter, so that both sides may plan. ';
const TOKENS = SENTENCE.repeat(5).split(/(?= )/);
const WORDS = Array.from({ length: 1000 }, (_, index) => `code name ${index}`);

/** Limits in microseconds for each token, about twice of a quiet machine of 2 cores. */
const RULES: readonly { readonly name: string; readonly rule: Rule; readonly limitUs: number }[] = [
  { name: 'literals, 1,000 texts', rule: literals({ texts: WORDS }), limitUs: 4 },
  { name: 'pattern of 20 characters', rule: pattern({ pattern: /\bTICKET-\d{1,12}\b/ }), limitUs: 4 },
  { name: 'detectors EMAIL, CARD, IBAN', rule: detectors({ only: ['EMAIL', 'CARD', 'IBAN'] }), limitUs: 20 },
  { name: 'detectors, all', rule: detectors(), limitUs: 60 },
];

async function* answer(pulled: () => void = () => {}): AsyncGenerator<string> {
  for (const token of TOKENS) {
    pulled();
    yield token;
  }
}

async function readAll(stream: AsyncIterable<string>): Promise<void> {
  for await (const _ of stream);
}

/** Tokens that come from the provider before the first one leaves, beside that one. */
async function heldTokens(rule: Rule): Promise<number> {
  let pulled = 0;
  const guards = createGuards({
    guards: [redactOutput({ rules: rule, failMode: 'closed' })],
    tracer: createTracer({ enabled: false }),
  });
  for await (const _ of guards.stream(answer(() => pulled++))) break;
  return pulled - 1;
}

const perTokenUs = (result: BenchResult | undefined): number => (result?.medianNs ?? Number.NaN) / 1000 / TOKENS.length;

/** Measures streams behind guards. */
export async function guardRows(): Promise<Row[]> {
  const tracer = createTracer({ logger: createLogger({}, '/dev/null'), statsIntervalSeconds: 0 });
  const results = await measure([
    { name: 'bare', run: () => readAll(answer()) },
    ...RULES.map(({ name, rule }) => {
      const guards = createGuards({ guards: [redactOutput({ rules: rule, failMode: 'closed' })], tracer });
      return { name, run: () => readAll(guards.stream(answer())) };
    }),
  ]);
  const bare = perTokenUs(results.find(({ name }) => name === 'bare'));
  return Promise.all(
    RULES.map(async ({ name, rule, limitUs: limit }) => {
      const measured = perTokenUs(results.find((result) => result.name === name)) - bare;
      const held = await heldTokens(rule);
      const detail = `over ${bare.toFixed(2)} µs; the first token waits for ${held} more`;
      return absolute(`guard, ${name}: CPU added for each token`, { limit, unit: 'µs', measured }, detail);
    }),
  );
}
