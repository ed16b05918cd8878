import { createLogger, createTracer, type SpanRecord, type Tracer, withContext } from '@spanline/core';
import { CATALOG, createMonitor, DEFAULT_RULES, type Dimension } from '@spanline/monitor';
import { heapUsed } from '../support/garbage.ts';
import { measure } from './harness.ts';
import { absolute, type Row } from './rows.ts';

const RULES = [
  ...DEFAULT_RULES,
  CATALOG.stepLatency,
  CATALOG.timeoutRate,
  CATALOG.tokensPerRequest,
  CATALOG.promptInjection,
];
const BY: Dimension[] = ['route', 'model', 'step', 'user'];
const USERS = 100_000;
const MILLION = 1_000_000;

function createWorld() {
  // Nothing is written: what is measured is what observes.
  const tracer = createTracer({ logger: createLogger({ level: 'silent' }, '/dev/null'), statsIntervalSeconds: 0 });
  return { tracer };
}

let turn = 0;

/** A request with three steps below it: four spans. */
function request(tracer: Tracer): void {
  const userId = `user-${(turn = (turn + 7919) % USERS)}`;
  withContext({ userId }, () => {
    const root = tracer.startSpan({ name: 'POST /ask', type: 'http', attributes: { 'http.route': '/ask' } });
    tracer.startSpan({ name: 'search', type: 'retriever', parent: root }).set({ 'spanline.retrieval.count': 5 }).end();
    tracer
      .startSpan({ name: 'chat gpt-4o-mini', type: 'llm', parent: root })
      .set({
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.usage.input_tokens': 1532,
        'gen_ai.usage.output_tokens': 287,
        'gen_ai.response.time_to_first_chunk': 0.4,
      })
      .end();
    tracer.startSpan({ name: 'check', type: 'task', parent: root }).end();
    root.end();
  });
}

/** What watching costs, and whether its memory stays. */
export async function monitorRows(): Promise<Row[]> {
  const { tracer: bare } = createWorld();
  let seen: Readonly<SpanRecord> | undefined;
  bare.onRecord((record) => void (seen = record));
  const { tracer } = createWorld();
  const monitor = createMonitor({ tracer, rules: RULES, by: BY, maxPerDimension: 500 });
  const [observed, watched] = await measure([
    { name: 'an observer that does nothing', run: () => request(bare) },
    { name: 'monitor', run: () => request(tracer) },
  ]);
  if (seen === undefined) throw new Error('nothing was observed');
  const perSpan = ((watched?.medianNs ?? Number.NaN) - (observed?.medianNs ?? Number.NaN)) / 4;
  const rows = [
    absolute(
      'monitor, nine rules, CPU added per span',
      { limit: 3, unit: 'µs', measured: perSpan / 1000 },
      observed?.name ?? '',
    ),
  ];
  const spansTo = (spans: number): number => {
    for (let index = 0; index < spans / 4; index++) request(tracer);
    return heapUsed();
  };
  const before = spansTo(MILLION);
  const after = spansTo(10 * MILLION);
  const grown = (after - before) / 1e6;
  rows.push(
    absolute(
      'monitor, heap grown by 10 million spans of 100,000 users',
      { limit: 5, unit: 'MB', measured: grown },
      `${(before / 1e6).toFixed(0)} MB before`,
    ),
  );
  await monitor.close();
  return rows;
}
