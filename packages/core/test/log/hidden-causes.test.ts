/** Redact paths that hide what an error arose from, where pino's serializers join it to message and stack. */
import { type Logger, pino } from 'pino';
import { pino as pino8 } from 'pino8';
import { describe, expect, it } from 'vitest';
import { createLogger, createTracer, type RedactPaths } from '../../src/index.ts';

type Paths = readonly string[] | RedactPaths;
type Sink = { write(line: string): void };

const HIDDEN = 'door x7731x';
const hidden = (): Error => Object.assign(new Error(HIDDEN), { code: 'DX7731X' });
const caused = (): Error => new Error('closed', { cause: hidden() });

/** VError has a method that returns its cause. */
const withMethod = (message: string, cause: Error): Error =>
  Object.defineProperty(new Error(message), 'cause', { value: () => cause });

const ownPino = (options: object) => (redact: Paths, sink: Sink) =>
  createTracer({ logger: pino(options, sink), redact: redact as string[], statsIntervalSeconds: 0 }).logger;

const LOGGERS: Readonly<Record<string, (redact: Paths, sink: Sink) => Logger>> = {
  'a tracer over an own pino': ownPino({}),
  'a tracer over an own pino with pino’s other serializer': ownPino({
    serializers: { err: pino.stdSerializers.errWithCause },
  }),
  'a tracer over a pino 8': (redact, sink) =>
    createTracer({
      logger: pino8({}, sink) as unknown as Logger,
      redact: redact as string[],
      statsIntervalSeconds: 0,
    }).logger,
  'a child of such a tracer’s logger': (redact, sink) => ownPino({})(redact, sink).child({ part: 'shop' }),
  'a tracer over createLogger': (redact, sink) =>
    createTracer({
      logger: createLogger({ pretty: false }, sink),
      redact: redact as string[],
      statsIntervalSeconds: 0,
    }).logger,
  createLogger: (redact, sink) => createLogger({ pretty: false, redact: redact as string[] }, sink),
};

const CASES: readonly (readonly [path: string, error: () => object])[] = [
  ['err.cause', caused],
  ['*.cause', caused],
  ['err.cause.message', () => new Error('closed', { cause: new Error(HIDDEN) })],
  ['err.cause.cause.message', () => new Error('closed', { cause: new Error('locked', { cause: new Error(HIDDEN) }) })],
  ['err.cause', () => withMethod('closed', hidden())],
  ['err.cause', () => ({ name: 'Odd', message: 'closed', stack: 'at a', cause: { message: HIDDEN, stack: HIDDEN } })],
  ['err.inner.cause', () => Object.assign(new Error('closed'), { inner: caused() })],
  ['err.inner.cause.message', () => Object.assign(new Error('closed'), { inner: caused() })],
  ['err.aggregateErrors[*].cause', () => new AggregateError([caused(), caused()], 'closed')],
  ['err.errors', () => new AggregateError([new Error(HIDDEN)], 'closed')],
];

function written(log: (logger: Logger) => void, make: (redact: Paths, sink: Sink) => Logger, redact: Paths): string {
  const lines: string[] = [];
  log(make(redact, { write: (line) => void lines.push(line) }));
  expect(lines).toHaveLength(1);
  return lines.join('');
}

describe.each(Object.entries(LOGGERS))('a hidden cause leaves no text on the lines of %s', (_title, make) => {
  it.each(CASES)('%s (%#)', (path, error) => {
    for (const redact of [[path], { paths: [path], censor: '(gone)' }, { paths: [path], remove: true }]) {
      const line = written((logger) => logger.error({ err: error() }, 'failed'), make, redact);
      expect(line).not.toMatch(path.includes('message') ? /door/ : /x7731x/);
      expect(line).toContain('closed');
    }
  });

  it('and the error of the application does not change', () => {
    const error = caused();
    const before = { cause: error.cause, stack: error.stack, keys: Reflect.ownKeys(error) };
    written((logger) => logger.error(error, 'failed'), make, ['err.cause']);
    expect({ cause: error.cause, stack: error.stack, keys: Reflect.ownKeys(error) }).toEqual(before);
  });

  it('nor on those of a child with the error in its bindings', () => {
    const line = written((logger) => logger.child({ err: caused() }).error('failed'), make, ['err.cause']);
    expect(line).not.toContain('x7731x');
    expect(line).toContain('closed');
    const later = (logger: Logger): void => {
      logger.setBindings({ err: caused() });
      logger.error('failed');
    };
    expect(written(later, make, ['err.cause'])).not.toContain('x7731x');
  });

  it('while other causes are told', () => {
    const line = written((logger) => logger.error({ err: caused() }, 'failed'), make, ['err.pin', 'err.cause.pin']);
    expect(line).toContain('door x7731x');
  });
});

it('a child with paths of its own hides the cause in its bindings', () => {
  const make = (_redact: Paths, sink: Sink): Logger =>
    createLogger({ pretty: false }, sink).child({ err: caused() }, { redact: ['err.cause'] });
  expect(written((logger) => logger.error('failed'), make, [])).not.toContain('x7731x');
});
