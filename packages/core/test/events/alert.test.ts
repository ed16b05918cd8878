import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/api/index.ts';
import { createTracer, parseLine, type SpanRecord, validate } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

const TRACE = '12345678901234567890123456789012';

describe.each<Profile>(['otel', 'ecs', 'datadog'])('an alert line in the profile %s', (profile) => {
  it('holds every attribute, is valid and keeps its trace ids', () => {
    const log = memoryLog({ profile });
    const seen: SpanRecord[] = [];
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    tracer.onRecord((record) => void seen.push(record));
    tracer.alert({
      name: 'Error Rate',
      event: 'fired',
      state: 'ALERT',
      severity: 'critical',
      message: 'Error Rate: error_rate is 0.2',
      metric: 'error_rate',
      value: 0.2,
      threshold: 0.01,
      comparison: 'gt',
      windowSeconds: 900,
      samples: 40,
      traceIds: [TRACE],
      dedupKey: 'svc/Error Rate',
      suppressed: Number.NaN,
    });
    const parsed = parseLine(log.raw()[0] ?? '');
    expect(parsed).toMatchObject({
      kind: 'alert',
      record: {
        level: 'error',
        'spanline.alert.name': 'Error Rate',
        'spanline.alert.event': 'fired',
        'spanline.alert.state': 'ALERT',
        'spanline.alert.value': 0.2,
        'spanline.alert.window_s': 900,
        'spanline.alert.samples': 40,
        'spanline.alert.trace_ids': [TRACE],
      },
    });
    expect(parsed?.record).not.toHaveProperty(['spanline.alert.suppressed']);
    expect(validate(parsed?.record ?? {})).toEqual({ valid: true });
    expect(seen).toHaveLength(1);
  });
});

describe('an alert', () => {
  it.each([
    ['fired', 'critical', 'error'],
    ['fired', 'warning', 'warn'],
    ['recovered', 'critical', 'info'],
  ] as const)('that %s, %s, is of level %s', (event, severity, level) => {
    const log = memoryLog();
    createTracer({ logger: log.logger }).alert({ name: 'R', event, state: 'OK', severity, message: 'm' });
    expect(log.lines()[0]).toMatchObject({ level });
  });

  it('of a tracer that is switched off is not written', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, enabled: false });
    tracer.alert({ name: 'R', event: 'fired', state: 'OK', severity: 'warning', message: 'm' });
    expect(log.raw()).toEqual([]);
  });
});
