import { destination, pino } from 'pino';
import { correlation, createLogger, createTracer, type Tracer } from '@spanline/core';
import { type BenchCase, measure } from './harness.ts';
import { type Row, ratio, told } from './rows.ts';

let count = 0;

/** A line as services write it: a sentence with changing parts, some fields, one object. */
function logLine(logger: Tracer['logger']): void {
  count++;
  logger.info(
    {
      attempt: count % 3,
      durationMs: count / 7,
      store: `eu-${count % 5}`,
      request: { method: 'GET', path: `/orders/${count}`, query: { page: '2', sort: 'date' } },
    },
    `order ${count} was read from the store`,
  );
}

/** What ids, redaction and limits of application lines cost, inside of a span. */
export async function lineRows(): Promise<Row[]> {
  const sink = () => destination({ dest: '/dev/null', sync: true });
  const bare = pino({ base: null, mixin: correlation() }, sink());
  const options = { service: { name: 'bench' }, statsIntervalSeconds: 0 };
  const tracer = createTracer({ ...options, logger: createLogger({}, '/dev/null') });
  const unchanged = createTracer({ ...options, logger: createLogger({ redactLines: false }, '/dev/null') });
  const over = createTracer({ ...options, logger: pino({ base: null }, sink()) });
  const span = tracer.startSpan('request');
  const inSpan = (name: string, logger: Tracer['logger']): BenchCase => ({
    name,
    run: () => tracer.run(span, () => logLine(logger)),
  });
  const [baseline, redacted, plain, own] = await measure([
    inSpan('pino with the ids as a mixin', bare),
    inSpan('tracer.logger', tracer.logger),
    inSpan('without redaction', unchanged.logger),
    inSpan('over own pino', over.logger),
  ]);
  span.end();
  return [
    ratio('application line, tracer.logger, redacted', 3, redacted, baseline),
    told('application line, tracer.logger, redactLines: false', plain, baseline),
    ratio('application line, tracer.logger over own pino, redacted', 4, own, baseline),
  ];
}
