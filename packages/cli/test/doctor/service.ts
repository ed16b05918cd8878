/** A service that writes the log of two requests, with the tracer's options as a test wants them. */

import type { DestinationStream, Logger } from 'pino';
import { createLogger, createTracer, llmSpan, type Tracer, type TracerOptions, withContext } from '@spanline/core';

/** The clock of a test, in milliseconds since the epoch. */
interface TestClock {
  ms: number;
}

export const START = Date.UTC(2024, 10, 23, 9);

const USAGE = { prompt_tokens: 40, completion_tokens: 12 };

/** What a service logs. */
export interface ServiceOptions {
  readonly tracing?: Omit<TracerOptions, 'logger' | 'clock'>;
  /** Makes the logger of the service. @defaultValue `createLogger` */
  readonly logger?: (destination: DestinationStream) => Logger;
  readonly time?: TestClock;
  readonly requests?: number;
  readonly model?: string;
  readonly question?: string;
  /** Tokens as the provider counts them. */
  readonly usage?: object | undefined;
  /** @defaultValue true */
  readonly hasRequestId?: boolean;
  /** Work of a request, behind the call of the model. */
  readonly work?: (tracer: Tracer, time: TestClock) => void;
  /** Called before the tracer is shut down. */
  readonly end?: (tracer: Tracer) => void;
}

function clockOf(time: TestClock): NonNullable<TracerOptions['clock']> {
  return { now: () => time.ms, monotonic: () => time.ms };
}

/** One request, with a call of a model. */
function request(tracer: Tracer, number: number, options: ServiceOptions, time: TestClock): void {
  const { model = 'gpt-4o-mini', question = 'How long is the notice period?', usage = USAGE, work } = options;
  withContext(options.hasRequestId === false ? {} : { requestId: `req-${number}` }, () =>
    tracer.withSpan({ name: 'POST /ask', type: 'http', kind: 'SERVER' }, () => {
      tracer.logger.info('asking');
      llmSpan(
        {
          tracer,
          model,
          provider: 'openai',
          messages: [{ role: 'user', content: question }],
          answer: (answer) => ({ output: answer, usage }),
        },
        () => {
          time.ms += 800;
          return 'Three months.';
        },
      );
      work?.(tracer, time);
      time.ms += 5;
    }),
  );
}

/** Runs the service, and returns its log. */
export async function serviceLog(options: ServiceOptions = {}): Promise<string> {
  const { requests = 2, time = { ms: START } } = options;
  const { logger = (destination: DestinationStream) => createLogger({}, destination) } = options;
  let log = '';
  const destination = { write: (line: string) => void (log += line) };
  const service = { name: 'rag' };
  const tracer = createTracer({ service, clock: clockOf(time), ...options.tracing, logger: logger(destination) });
  for (let number = 1; number <= requests; number++) {
    request(tracer, number, options, time);
    time.ms += 1000;
  }
  options.end?.(tracer);
  await tracer.shutdown();
  return log;
}

/** The lines of a log as objects, changed, as a log again. */
export function withLines(log: string, change: (lines: Record<string, unknown>[]) => readonly object[]): string {
  const lines = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
  return change(lines)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}
