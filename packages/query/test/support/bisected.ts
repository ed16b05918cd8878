/** Logs of requests whose figures and settings move, and their bisection. */

import { bisect, type Bisection, type BisectOptions, type ReadRecord } from '@spanline/query';
import { kindOfEvent, type SpanRecord } from '@spanline/record';
import { normalQuantile, randomNumbers } from '@spanline/record/statistics';
import { span, spanId, traceId } from './logs.ts';

const MINUTE = 60_000;

/** Facts of a trace. */
interface Facts {
  readonly service?: Partial<SpanRecord>;
  readonly call?: Partial<SpanRecord>;
  readonly search?: Partial<SpanRecord>;
  readonly ms?: number;
  readonly isFailed?: boolean;
  readonly costUsd?: number;
  readonly score?: number;
  /** Milliseconds after the first trace. @defaultValue one minute for each trace */
  readonly at?: number;
}

/** A request with a search and a model call, and a score. */
function trace(number: number, { service = {}, call = {}, search = {}, ...facts }: Facts): SpanRecord[] {
  const { ms = 100, isFailed = false, costUsd, score, at = number * MINUTE } = facts;
  const id = (index: number): string => spanId(number * 4 + index + 1);
  const shared = { trace_id: traceId(number + 1), ...service };
  const inside = { ...shared, parent_span_id: id(0) };
  return [
    span(0, { ...inside, at, ms: 5, span_id: id(1), 'span.name': 'search', 'span.type': 'retriever', ...search }),
    span(0, {
      ...inside,
      at,
      ms: ms / 2,
      span_id: id(2),
      'span.name': 'chat',
      'span.type': 'llm',
      'gen_ai.request.model': 'm',
      ...(costUsd === undefined ? {} : { 'spanline.cost.usd': costUsd }),
      ...call,
    }),
    span(0, { ...shared, at, ms, span_id: id(0), 'span.type': 'http', 'span.status': isFailed ? 'error' : 'ok' }),
    ...(score === undefined
      ? []
      : [
          {
            '@timestamp': new Date(at).toISOString(),
            level: 'info',
            message: 'score',
            'event.name': 'gen_ai.evaluation.result',
            trace_id: shared.trace_id,
            'gen_ai.evaluation.name': 'helpful',
            'gen_ai.evaluation.score.value': score,
          } as SpanRecord,
        ]),
  ];
}

/** Bisects records. */
export function ask(records: readonly SpanRecord[], options?: BisectOptions): Promise<Bisection> {
  async function* read(): AsyncGenerator<ReadRecord> {
    for (const record of records) {
      yield { kind: kindOfEvent(record['event.name']), record } as unknown as ReadRecord;
    }
  }
  return bisect(read(), options);
}

/** Traces whose facts come from random numbers. */
export function traces(
  count: number,
  seed: number,
  choose: (number: number, noise: () => number) => Facts,
): SpanRecord[] {
  const random = randomNumbers(seed);
  const noise = (): number => normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, random())));
  return Array.from({ length: count }, (_, number) => trace(number, choose(number, noise))).flat();
}

/** The moves in words. */
export const told = ({ moves }: Bisection): string[] =>
  moves.map(
    ({ figure, isWorse, settings }) =>
      `${figure} ${isWorse ? 'worse' : 'better'}: ${settings.map(({ setting, before, after }) => `${setting} ${before} > ${after}`).join(' & ')}`,
  );

/** A version of the service. */
export const version = (value: string): Partial<SpanRecord> => ({ 'service.version': value });
