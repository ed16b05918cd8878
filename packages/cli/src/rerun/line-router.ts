/** Lines of a tracer that several runs share, each with the lines of its own run. */
import { createLogger, createTracer, type PriceTable, type Tracer } from '@spanline/core';
import { parseLine, type ParsedLine, type SpanRecord } from '@spanline/record';

/** The lines of one run. */
export interface RunLines {
  /** Traces whose lines belong to the run. */
  own(traceId: string): void;
  /** Takes the lines so far. */
  readonly records: readonly SpanRecord[];
  /** Ends the run. @returns all of its lines */
  end(): readonly ParsedLine[];
}

/** A tracer, and the lines of each run. */
export interface LineRouter {
  readonly tracer: Tracer;
  open(): RunLines;
}

/** Traces of judges are known when their first span ends, by its link. */
interface Open {
  readonly lines: ParsedLine[];
  readonly traces: Set<string>;
}

/** Creates the tracer. It writes content as it is: the evaluators need it, and the file gets it redacted. */
export function createLineRouter(prices: PriceTable | undefined): LineRouter {
  const byTrace = new Map<string, Open>();
  const waiting = new Map<string, ParsedLine[]>();

  function take(line: ParsedLine): void {
    const { trace_id: trace, 'spanline.link.trace_id': link } = line.record;
    if (trace === undefined) return;
    const run = byTrace.get(trace) ?? byTrace.get(link ?? '');
    if (run === undefined) {
      waiting.set(trace, [...(waiting.get(trace) ?? []), line]);
      return;
    }
    run.lines.push(...(waiting.get(trace) ?? []), line);
    waiting.delete(trace);
    if (byTrace.has(trace)) return;
    byTrace.set(trace, run);
    run.traces.add(trace);
  }

  const logger = createLogger(
    {},
    {
      write: (text: string) => {
        for (const one of text.split('\n')) {
          const line = one === '' ? undefined : parseLine(one);
          if (line !== undefined) take(line);
        }
      },
    },
  );
  const tracer = createTracer({
    logger,
    enabled: true,
    profile: 'otel',
    capture: 'full',
    level: 'info',
    deltas: 'none',
    sampling: { ratio: 1 },
    statsIntervalSeconds: 0,
    limits: { fieldBytes: 1_000_000, lineBytes: 8_000_000 },
    ...(prices === undefined ? {} : { prices }),
  });
  return {
    tracer,
    open() {
      const run: Open = { lines: [], traces: new Set() };
      return {
        own(traceId) {
          byTrace.set(traceId, run);
          run.traces.add(traceId);
        },
        get records() {
          return run.lines.map(({ record }) => record);
        },
        end() {
          for (const trace of run.traces) byTrace.delete(trace);
          return run.lines;
        },
      };
    },
  };
}
