import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import { createTracer, type RedactPaths } from '../../src/index.ts';
import { isRedactPath, parsePath } from '../../src/redaction/paths/path-tree.ts';
import { memoryLog } from '../../src/testing.ts';

/** What pino makes of an object that the application logs. */
function throughPino(object: object, redact: RedactPaths): unknown {
  let line = '';
  const options = { ...redact, paths: [...(redact.paths ?? [])] } as { paths: string[] };
  pino({ base: null, timestamp: false, redact: options }, { write: (text) => void (line = text) }).info(object);
  const { level: _level, ...fields } = JSON.parse(line) as Record<string, unknown>;
  return fields;
}

/** What the line of a span makes of it as content. */
function throughSpan(object: object, redact: RedactPaths): unknown {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, redact, statsIntervalSeconds: 0 });
  tracer.startSpan({ name: 'step', input: object }).end();
  return JSON.parse(log.records()[0]?.['spanline.input'] ?? 'null');
}

const key = fc.constantFrom('a', 'b', 'c', 'd-e', 'f.g');
const { object } = fc.letrec((tie) => ({
  value: fc.oneof(
    { withCrossShrink: true, depthSize: 'small' },
    fc.constantFrom(1, true, null, 'text'),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

const step = fc.oneof(key, fc.constantFrom('*', '0', '1'));

function writePath(steps: readonly string[]): string {
  return steps.reduce((path, name) => {
    if (name === '*' || /^\d$/.test(name)) return `${path}[${name}]`;
    if (/^\w+$/.test(name)) return path === '' ? name : `${path}.${name}`;
    return `${path}["${name}"]`;
  }, '');
}

const path = fc.tuple(key, fc.array(step, { maxLength: 3 })).map(([first, rest]) => writePath([first, ...rest]));
const redact = fc.record({
  paths: fc.array(path, { minLength: 1, maxLength: 3 }),
  remove: fc.boolean(),
});

describe('paths', () => {
  it('redact in content what pino redacts in a logged object', () => {
    fc.assert(
      fc.property(object, redact, (given, options) => {
        expect(throughSpan(given as object, options)).toEqual(throughPino(given as object, options));
      }),
      { numRuns: runs(150, 3000) },
    );
  });

  it('have the steps that they are written with', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
        const written = writePath(steps);
        expect(isRedactPath(written)).toBe(true);
        expect(parsePath(written)).toEqual(steps);
      }),
    );
  });

  it.each(['', 'a..b', 'a,b', 'a[', 'a]', 1, undefined])('%j is no path for pino either', (given) => {
    expect(isRedactPath(given)).toBe(false);
    expect(() => pino({ redact: [given as string] })).toThrow();
  });

  it.each(['a[]', '[[a]]', '.'])('%j is no path', (given) => {
    expect(isRedactPath(given)).toBe(false);
  });
});
