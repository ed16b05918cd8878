import { createLogger, createTracer, type Tracer } from '@spanline/core';
import { createEvals, feedback, field, groundedness, leakage, refusal } from '@spanline/evals';
import { heapUsed } from '../support/garbage.ts';
import { measure } from './harness.ts';
import { absolute, type Row } from './rows.ts';

const SENTENCES = [
  'The notice period for a tenancy in Berlin is three months to the end of the month.',
  'A landlord must give notice in writing, and needs a reason that the law accepts.',
  'The deposit is returned with the last statement, at the latest six months after the keys.',
];
const DOCUMENTS = SENTENCES.map((content, at) => ({ id: `d${at}`, content }));
const ANSWER = SENTENCES.join(' ');
const QUESTION = 'How long is the notice period in Berlin, and when do I get the deposit back?';
const TRACES = 100_000;

let turn = 0;

/** A request that retrieves, calls a tool and asks a model: four spans. */
function request(tracer: Tracer): void {
  tracer.withSpan({ name: 'POST /ask', type: 'http' }, () => {
    tracer.withSpan({ name: 'search', type: 'retriever', input: QUESTION }, (span) => void span.output(DOCUMENTS));
    tracer.withSpan({ name: 'lookup', type: 'tool', input: { id: ++turn } }, (span) => void span.output('found'));
    const input = [{ role: 'user', content: QUESTION }];
    tracer.withSpan({ name: 'chat m', type: 'llm', input }, (span) => {
      span.output([{ role: 'assistant', content: `${ANSWER} ${turn}` }]);
    });
  });
}

const silent = (): Tracer =>
  createTracer({ logger: createLogger({ level: 'silent' }, '/dev/null'), statsIntervalSeconds: 0 });

/** What scores cost, and whether their memory stays. */
export async function evalsRows(): Promise<Row[]> {
  const bare = silent();
  let ended = 0;
  bare.onSpanEnd(() => void ended++);
  const tracer = silent();
  const evals = createEvals({
    tracer,
    queue: 100_000,
    feedback: [
      feedback({ name: 'faithfulness', on: { answer: field.answer, documents: field.documents }, fn: groundedness() }),
      feedback({ name: 'refusal', on: { answer: field.answer }, fn: refusal() }),
      feedback({ name: 'leakage', on: { answer: field.answer }, fn: leakage() }),
    ],
  });
  const [observed, scored] = await measure([
    { name: 'an observer that does nothing', run: () => request(bare) },
    { name: 'three evaluators', run: () => request(tracer), settle: () => evals.settled() },
  ]);
  const perSpan = ((scored?.medianNs ?? Number.NaN) - (observed?.medianNs ?? Number.NaN)) / 4000;
  const { dropped, failed } = evals.stats();
  if (ended === 0 || dropped + failed > 0) throw new Error(`${dropped} evaluations were dropped, ${failed} failed`);
  const rows = [
    absolute(
      'evals, three evaluators in code, CPU added per span',
      { limit: 15, unit: 'µs', measured: perSpan },
      `an answer of ${ANSWER.length} characters, three documents, four spans a request`,
    ),
  ];
  const heapAfter = async (traces: number): Promise<number> => {
    for (let at = 0; at < traces; at++) {
      request(tracer);
      if (at % 100 === 0) await evals.settled();
    }
    await evals.settled();
    return heapUsed();
  };
  const before = await heapAfter(TRACES / 4);
  const grown = ((await heapAfter(TRACES)) - before) / 1e6;
  rows.push(
    absolute(
      'evals, heap grown by 100,000 requests',
      { limit: 5, unit: 'MB', measured: grown },
      `${(before / 1e6).toFixed(0)} MB before`,
    ),
  );
  await evals.close();
  return rows;
}
