import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS, attributeKeys, isValueOf } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { admit, type LeftOut } from '../../src/gate/index.ts';
import { createTracer, parseLine, type SpanRecord, type Tracer, validate, withContext } from '../../src/index.ts';
import { type MemoryLog, memoryLog } from '../../src/testing.ts';
import { counted, HOSTILE } from '../hostile-values.ts';
import { ENTRY_POINTS } from './entry-points.ts';

/** Bytes of a line on stdout. */
const LINE_BYTES = 15_360;
/** More than content may have values, and less than the hostile values have. */
const MAX_READS = 60_000;

function setUp(options: Parameters<typeof createTracer>[0] = {}): { log: MemoryLog; tracer: Tracer } {
  const log = memoryLog();
  const tracer = createTracer({ service: { name: 'gate' }, logger: log.logger, statsIntervalSeconds: 0, ...options });
  return { log, tracer };
}

/** The records of the lines, each of which is valid and within the limit. */
function records(log: MemoryLog, lineBytes = LINE_BYTES): SpanRecord[] {
  return log.raw().map((line) => {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(lineBytes);
    const record = parseLine(JSON.parse(line) as object)?.record ?? {};
    expect(validate(record)).toEqual({ valid: true });
    return record;
  });
}

/** Keys whose values the gate makes. Content has its own way: it becomes JSON when the span ends. */
const FACTS = attributeKeys(({ kind }) => kind !== 'json');

const labelsOf = (record: SpanRecord | undefined): string[] =>
  Object.keys(record ?? {}).filter((key) => key.startsWith('labels.'));

describe.each(ENTRY_POINTS.map(([name, enter], index) => ({ name, enter, index })))('$name', ({ enter, index }) => {
  it('lives with every value, and writes valid lines', async () => {
    const { log, tracer } = setUp();
    // In short runs, every other entry point gets the values with even numbers, and the others those with odd ones.
    for (const [, value] of HOSTILE.filter((_, number) => number % runs(2, 1) === index % runs(2, 1))) {
      log.clear();
      enter(tracer, value as never);
      await tracer.flush();
      expect(records(log).length).toBeGreaterThan(0);
    }
    expect(tracer.stats().open).toBe(0);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  // In short runs, a third of the entry points: listing the keys of a proxy takes long.
  it.runIf(index % runs(3, 1) === 0)('reads a bounded part of 100,000 entries', async () => {
    const { log, tracer } = setUp();
    // In short runs, every other entry point gets a list, and the others an object.
    const shapes = index % 2 === 0 ? [true, false] : [false, true];
    for (const isList of shapes.slice(0, runs(1, 2))) {
      log.clear();
      const { value, reads } = counted(isList);
      enter(tracer, value as never);
      await tracer.flush();
      expect(records(log).length).toBeGreaterThan(0);
      expect(reads()).toBeLessThan(MAX_READS);
    }
  });
});

it('the gate lets through what a record may have, and notes everything else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FACTS),
      fc.anything({ withBigInt: true }),
      fc.nat({ max: HOSTILE.length * 2 }),
      (key, anything, index) => {
        const value = index < HOSTILE.length ? HOSTILE[index]?.[1] : anything;
        const target: LeftOut = { leftOut: undefined };
        const admitted = admit(key, value, target);
        if (admitted !== undefined) expect(isValueOf(key, admitted)).toBe(true);
        else expect(value === undefined || value === null || target.leftOut?.has(key)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

describe('values of a context', () => {
  it('become text, or are left out and listed', () => {
    const { log, tracer } = setUp();
    withContext({ sessionId: 42, userId: { id: 7 }, requestId: 9n, conversationId: false } as never, () => {
      tracer.withSpan('inside', () => tracer.withSpan('deeper', () => undefined));
    });
    for (const record of records(log)) {
      expect(record).toMatchObject({
        'session.id': '42',
        'http.request.id': '9',
        'gen_ai.conversation.id': 'false',
        'spanline.truncated': ['user.id'],
      });
      expect(record).not.toHaveProperty('user.id');
    }
    expect(tracer.stats()).toMatchObject({ emitted: 2, truncated: 2 });
  });

  it('are read once: a change of the object afterwards changes no line', () => {
    const { log, tracer } = setUp();
    const labels: Record<string, unknown> = { plan: 'pro' };
    withContext({ labels } as never, () => {
      labels.plan = Symbol('changed');
      tracer.withSpan('inside', () => undefined);
    });
    expect(records(log)[0]).toMatchObject({ 'labels.plan': 'pro' });
  });

  it('have as many labels as a span may have, whose own come first', () => {
    const { log, tracer } = setUp();
    const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`outer_${index}`, index]));
    withContext({ labels }, () => tracer.startSpan({ name: 'full', labels: { own: 'yes' } }).end());
    const [record] = records(log);
    expect(labelsOf(record)).toHaveLength(32);
    expect(record).toMatchObject({ 'labels.own': 'yes', 'labels.outer_0': 0, 'spanline.truncated': ['labels'] });
  });

  it('do not grow with every context inside of another', () => {
    const { log, tracer } = setUp({ limits: { labels: 128 } });
    const nest = (depth: number): void => {
      if (depth === 0) tracer.withSpan('innermost', () => undefined);
      else withContext({ labels: { [`label_${depth}`]: 'x'.repeat(200) } }, () => nest(depth - 1));
    };
    nest(300);
    expect(labelsOf(records(log)[0]).length).toBeLessThanOrEqual(128);
  });
});

describe('a line', () => {
  const everything = Object.fromEntries(
    ATTRIBUTE_KEYS.map((key) => [key, ['\u0001'.repeat(2000)].concat('x'.repeat(2000))]),
  );
  const texts = Object.fromEntries(ATTRIBUTE_KEYS.map((key) => [key, '\u0001'.repeat(2000)]));
  const numbers = Object.fromEntries(ATTRIBUTE_KEYS.map((key) => [key, Number.MAX_VALUE]));
  const labels = Object.fromEntries(Array.from({ length: 128 }, (_, index) => [`l${index}`.padEnd(42, '_'), texts]));

  it.each([4096, LINE_BYTES])('has at most %i bytes, whatever its attributes are', (lineBytes) => {
    for (const mode of ['full', 'redacted', 'metadata'] as const) {
      const { log, tracer } = setUp({ capture: mode, limits: { lineBytes, labels: 128 } });
      const many = Object.fromEntries(Object.keys(labels).map((key) => [key, 'ä'.repeat(1000)]));
      const span = tracer.startSpan({ name: 'n'.repeat(5000), labels: many, tags: Object.keys(labels) });
      span
        .set(numbers)
        .set(everything as never)
        .set(texts as never);
      span.fail(new Error('\u0001'.repeat(10_000))).end();
      const [record] = records(log, lineBytes);
      expect(record?.['spanline.truncated']?.length).toBe(16);
      expect(tracer.stats().truncated).toBe(1);
    }
  });

  it('of an alert or a score has its limit too', () => {
    const { log, tracer } = setUp();
    const long = 'ü'.repeat(20_000);
    const list = Array.from({ length: 1000 }, () => long);
    tracer.alert({
      name: long,
      event: 'fired',
      state: 'ALERT',
      severity: 'critical',
      message: long,
      causes: list,
      traceIds: list,
    });
    tracer.score({ name: long, value: long, explanation: long });
    expect(records(log).map((record) => record['event.name'])).toEqual(['alert', 'gen_ai.evaluation.result']);
  });

  it('of statistics has valid keys, whatever gauges and rules are called', async () => {
    const rule = { name: 'R'.repeat(32), pattern: /secret word/g };
    const { log, tracer } = setUp({ statsIntervalSeconds: 60, redact: { custom: [rule] } });
    for (let index = 0; index < 1000; index++) tracer.gauge(`gauge ${index} ${'g'.repeat(100)}`, () => index);
    tracer.withSpan('work', (span) => void span.label('note', 'a secret word'));
    await tracer.shutdown();
    const stats = records(log).find((record) => record['event.name'] === 'spanline.stats');
    expect(Object.keys(stats ?? {}).filter((key) => key.startsWith('spanline.gauge.'))).toHaveLength(100);
    expect(Object.keys(stats ?? {}).filter((key) => key.startsWith('spanline.stats.redacted.RRR'))).toHaveLength(1);
  });
});

it('a clock that throws or tells no time loses no line', () => {
  const broken = { now: () => Number.NaN, monotonic: () => Number.POSITIVE_INFINITY };
  const throwing = {
    now(): number {
      throw new Error('no clock');
    },
    monotonic: () => Number.NaN,
  };
  for (const clock of [broken, throwing]) {
    const { log, tracer } = setUp({ clock });
    tracer.withSpan('work', () => undefined);
    expect(records(log)).toHaveLength(1);
  }
});

it('headers that cannot be written get no context, and nothing throws', () => {
  const { tracer } = setUp();
  tracer.withSpan('work', () => {
    const frozen = Object.freeze({ kept: 'yes' });
    expect(tracer.inject(frozen)).toEqual({ kept: 'yes' });
    withContext({ baggage: { fine: 'a', wrong: Symbol('b'), number: 7 } } as never, () => {
      expect(tracer.inject<Record<string, string>>({}).baggage).toBe('fine=a,number=7');
    });
  });
});
