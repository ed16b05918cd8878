/** Logs of a service, each with one fault. */

import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { createLogger, currentSpan, type Span, type Tracer } from '@spanline/core';
import { serviceLog, START, withLines } from './service.ts';

export const HOUR = 3_600_000;

/** Lines of the container runtime, which cuts a line of the standard output at 16 KiB. */
export function inContainer(log: string): string {
  const wrap = (tag: string, part: string): string => `2024-11-23T09:00:00.000000000Z stdout ${tag} ${part}\n`;
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parts = line.match(/[\s\S]{1,16384}/g) ?? [];
      return parts.map((part, index) => wrap(index === parts.length - 1 ? 'F' : 'P', part)).join('');
    })
    .join('');
}

/** The same, as an agent writes it that joins no parts. */
const cutApart = (log: string): string => log.replaceAll(/[^\n]{16384}(?!\n)/g, '$&\n');

const WIDE = { limits: { lineBytes: 200_000, fieldBytes: 65_536 } };
const LONG = 'Clause. '.repeat(4000);

/** A pino of an application. */
const ownPino =
  (options: LoggerOptions) =>
  (destination: DestinationStream): Logger =>
    pino(options, destination);
const IN_WORDS: LoggerOptions = { formatters: { level: (level) => ({ level }) } };
const WITH_ISO: LoggerOptions = { timestamp: pino.stdTimeFunctions.isoTime };

/** The times of a line on a host whose clock is behind. */
function earlier(line: Record<string, unknown>, ms: number): object {
  const shift = (key: string): string => new Date(Date.parse(String(line[key])) - ms).toISOString();
  return { '@timestamp': shift('@timestamp'), 'event.start': shift('event.start'), 'host.name': 'behind' };
}

/** Two processes, one behind the other. */
export async function byProcess(pauseMs: number): Promise<string> {
  const first = await serviceLog({ requests: 12 });
  const second = await serviceLog({ time: { ms: START + pauseMs }, requests: 12 });
  // Lines of the application have the time of this machine.
  return withLines(first + second, (lines) => lines.filter((line) => 'event.id' in line));
}

/** A call that took three requests, of which the failed ones were billed. */
function withRequests(tracer: Tracer): void {
  const attributes = { 'spanline.wire.requests': 3, 'spanline.retry.attempt': 3, 'spanline.retry.cost_usd': 0.02 };
  tracer.startSpan({ name: 'ask', type: 'chain', attributes }).end();
}

/** Logs with one fault each. */
export const FAULTS: Readonly<Record<string, () => Promise<string>>> = {
  'numeric-level': () => serviceLog({ logger: ownPino(WITH_ISO) }),
  'no-iso-time': () => serviceLog({ logger: ownPino(IN_WORDS) }),
  'no-time': async () =>
    withLines(await serviceLog(), (lines) => lines.map(({ '@timestamp': _, 'event.start': __, ...rest }) => rest)),
  'content-in-metadata': () => {
    const mixin = (): object => (currentSpan() === undefined ? {} : { 'spanline.input': 'the whole question' });
    return serviceLog({ tracing: { capture: 'metadata' }, logger: ownPino({ ...IN_WORDS, ...WITH_ISO, mixin }) });
  },
  'unknown-prices': () => serviceLog({ model: 'notary-7b' }),
  'no-usage': () => serviceLog({ usage: {} }),
  'no-service-name': async () =>
    withLines(await serviceLog(), (lines) => lines.map(({ 'service.name': _, ...rest }) => rest)),
  'personal-data': () =>
    serviceLog({ tracing: { redact: { rules: { EMAIL: false } } }, question: 'Write to ada@example.org' }),
  'split-lines': async () => inContainer(await serviceLog({ question: LONG, tracing: WIDE })),
  'cut-lines': async () => cutApart(await serviceLog({ question: LONG, tracing: WIDE })),
  'broken-lines': async () => (await serviceLog()).replace(/.{200}\n/, '\n'),
  'filtered-lines': () => serviceLog({ tracing: { level: 'debug' } }),
  'only-failed-spans': () =>
    serviceLog({
      requests: 4,
      logger: (destination) => createLogger({ level: 'warn' }, destination),
      work: () => void currentSpan()?.fail(new Error('no answer')),
    }),
  'lost-lines': async () => withLines(await serviceLog(), (lines) => lines.filter((_, index) => index !== 2)),
  'repeated-lines': async () => withLines(await serviceLog(), (lines) => [...lines, ...lines.slice(0, 2)]),
  'gaps-in-time': () => byProcess(3 * HOUR),
  'clock-skew': async () =>
    withLines(await serviceLog(), (lines) =>
      lines.map((line) => (line['span.type'] === 'llm' ? { ...line, ...earlier(line, 5000) } : line)),
    ),
  'two-copies': async () =>
    withLines(await serviceLog({ requests: 4 }), (lines) =>
      lines.map((line, index) =>
        index % 2 === 0 && 'otel.scope.version' in line ? { ...line, 'otel.scope.version': '0.0.9' } : line,
      ),
    ),
  'internal-errors': () =>
    serviceLog({
      work: (tracer) =>
        void tracer.onSpanEnd(() => {
          throw new Error('no database');
        }),
    }),
  'sampled-traces': () => serviceLog({ requests: 20, tracing: { sampling: { ratio: 0.5 } } }),
  'unfinished-spans': () => serviceLog({ end: (tracer) => void tracer.startSpan({ name: 'export', type: 'task' }) }),
  'missing-parents': async () =>
    withLines(await serviceLog({ work: withSteps }), (lines) => lines.filter((line) => line['span.name'] !== 'plan')),
  'retried-calls': () => serviceLog({ work: withRequests }),
  'calls-on-the-wire-only': () =>
    serviceLog({
      work: (tracer) => {
        const scope = { name: '@spanline/wire', version: '0.1.0' };
        const attributes = { 'gen_ai.provider.name': 'openai', 'server.address': 'api.openai.com' };
        tracer.startSpan({ name: 'image gpt-image-1', type: 'task', scope, attributes }).end();
      },
    }),
  'late-spans': () => {
    const open: Span[] = [];
    return serviceLog({
      work: (tracer) => void open.push(tracer.startSpan({ name: 'index', type: 'task' })),
      end: () => open.forEach((span) => span.end()),
    });
  },
  'lines-without-trace': () =>
    serviceLog({
      end(tracer) {
        for (let number = 0; number < 12; number++) tracer.logger.info({ number }, 'polled');
      },
    }),
  'no-request-ids': () => serviceLog({ hasRequestId: false }),
};

/** Steps of a request. */
export function withSteps(tracer: Tracer): void {
  tracer.withSpan({ name: 'plan', type: 'chain' }, () => tracer.startSpan({ name: 'search', type: 'task' }).end());
}
