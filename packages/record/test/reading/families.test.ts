import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/reading/index.ts';

const TIME = '2026-03-04T10:20:30.456Z';

/** Time, level and message of a line; `undefined` for each that it has none of. */
function read(line: object): readonly unknown[] {
  const { '@timestamp': time, level, message } = parseLine(line)?.record ?? {};
  return [time, level, message];
}

const rest = (line: object): unknown => parseLine(line)?.rest;

describe('lines of families with fields of their own', () => {
  it.each([
    ['consola', { date: TIME, args: ['no seat', { seat: 7 }], type: 'warn', level: 1, tag: '' }, 'warn', 'no seat'],
    ['consola: its numbers', { date: TIME, args: ['sold'], type: 'box', level: 3, tag: '' }, 'info', 'sold'],
    ['consola: a fatal error', { date: TIME, args: [{ message: 'full' }], type: 'fatal', level: 0 }, 'fatal', 'full'],
    [
      'tslog 3',
      { date: TIME, logLevel: 'silly', logLevelId: 0, argumentsArray: ['no seat', '{ seat: 7 }'] },
      'trace',
      'no seat { seat: 7 }',
    ],
    [
      'log4js',
      { startTime: TIME, categoryName: 'desk', data: ['no %s %d%%', 'seat', 7, { a: 1 }] },
      undefined,
      'no seat 7%',
    ],
    ['signale', { timestamp: TIME, badge: '✔', type: 'complete', message: 'sold' }, 'info', 'sold'],
    ['zap for developers', { L: 'DPANIC', T: TIME, C: 'a.go:3', M: 'no seat' }, 'error', 'no seat'],
    ['Falco', { time: TIME, rule: 'shell', priority: 'Critical', output: 'no seat' }, 'error', 'no seat'],
    [
      'python, levels as numbers',
      { asctime: '2026-03-04 10:20:30,456', levelno: 30, message: 'no seat' },
      'warn',
      'no seat',
    ],
    [
      'python, its numbers under the name of pino',
      { asctime: '2026-03-04 10:20:30,456', level: 40, message: 'm' },
      'error',
      'm',
    ],
    ['structlog', { timestamp: TIME, level_number: 20, event: 'no seat' }, 'info', 'no seat'],
    [
      'loguru: a level of its own',
      { record: { level: { name: 'SUCCESS', no: 25 }, message: 'm', time: { timestamp: 1_772_619_630.456 } } },
      'info',
      'm',
    ],
    ['Monolog, numbers alone', { datetime: TIME, channel: 'app', level: 550, message: 'no seat' }, 'error', 'no seat'],
    [
      'Monolog: critical is no emergency',
      { datetime: TIME, channel: 'app', level: 500, level_name: 'CRITICAL', message: 'm' },
      'error',
      'm',
    ],
    ['Logfire', { start_timestamp: TIME, kind: 'log', level: 17, message: 'no seat' }, 'error', 'no seat'],
    [
      'Logfire over OpenTelemetry',
      {
        start_time: TIME,
        context: { trace_id: '0x1' },
        attributes: { 'logfire.level_num': 13, 'logfire.msg': 'no seat' },
      },
      'warn',
      'no seat',
    ],
    ['Semantic Logger', { timestamp: TIME, level_index: 3, message: 'no seat' }, 'warn', 'no seat'],
    [
      'Logback',
      { sequenceNumber: 0, timestamp: TIME, level: 'WARN', message: 'no {}', formattedMessage: 'no seat' },
      'warn',
      'no seat',
    ],
    ['log4net', { date: TIME, level: 'WARN', logger: 'Desk', message: 'no seat' }, 'warn', 'no seat'],
    ['java.util.logging', { millis: 1_772_619_630_456, sequence: 0, level: 'CONFIG', message: 'm' }, 'debug', 'm'],
    ['Windows', { TimeCreated: TIME, Level: 2, LevelDisplayName: 'Error', Message: 'no seat' }, 'error', 'no seat'],
    ['macOS', { timestamp: TIME, messageType: 'Fault', eventMessage: 'no seat' }, 'fatal', 'no seat'],
    [
      'OpenTelemetry, a record of a console',
      { timestamp: TIME, severity_number: 13, body: 'no seat' },
      'warn',
      'no seat',
    ],
    ['names in capitals', { TIMESTAMP: TIME, LEVEL: 'WARN', MESSAGE: 'no seat' }, 'warn', 'no seat'],
    [
      'bole: an error without a text',
      { time: TIME, level: 'error', err: { message: 'full', stack: 'at x' } },
      'error',
      'full',
    ],
  ])('are read: %s', (_family, line, level, message) => {
    expect(read(line)).toEqual([TIME, level, message]);
  });

  it.each([
    ['UTC', '2026-03-04T10:20:30.456789Z'],
    ['+01:00', '2026-03-04T09:20:30.456789Z'],
    ['Europe/Berlin', '2026-03-04T09:20:30.456789Z'],
    ['America/Argentina/Ushuaia', '2026-03-04T13:20:30.456789Z'],
    ['Asia/Kolkata', '2026-03-04T04:50:30.456789Z'],
    ['CET', undefined],
    ['Nowhere/Land', undefined],
  ])('have the date of PHP, in the zone %s', (timezone, time) => {
    const datetime = { date: '2026-03-04 10:20:30.456789', timezone_type: 3, timezone };
    expect(read({ message: 'm', level_name: 'INFO', channel: 'app', datetime })[0]).toBe(time);
  });

  it('have the summer time of a region until its clocks are set back, and from when they are set forward', () => {
    const at = (date: string): unknown => read({ message: 'm', datetime: { date, timezone: 'Europe/Berlin' } })[0];
    expect(at('2025-10-26 02:30:00.000000')).toBe('2025-10-26T00:30:00.000Z');
    expect(at('2025-10-26 03:30:00.000000')).toBe('2025-10-26T02:30:00.000Z');
    expect(at('2026-03-29 01:59:59.000000')).toBe('2026-03-29T00:59:59.000Z');
    expect(at('2026-03-29 03:00:00.000000')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('keep what the message does not say', () => {
    expect(rest({ date: TIME, args: ['a %o', { seat: 7 }], type: 'log', level: 2 })).toMatchObject({
      args: ['a %o', { seat: 7 }],
    });
    expect(rest({ sequenceNumber: 0, message: 'no {}', formattedMessage: 'no seat' })).toEqual({
      sequenceNumber: 0,
      message: 'no {}',
    });
    expect(rest({ L: 'INFO', T: TIME, M: 'm', n: 7 })).toEqual({ L: 'INFO', n: 7 });
  });

  it('are told from lines of pino that have such fields of their own', () => {
    const pino = { level: 20, time: 1_772_619_630_456, msg: 'm' };
    const own = { args: ['x'], type: 'job', start_timestamp: TIME, channel: 'app', date: TIME, data: ['y'], l: 1 };
    expect(parseLine({ ...pino, ...own })).toEqual({
      kind: 'log',
      record: { level: 'debug', '@timestamp': TIME, message: 'm' },
      rest: own,
    });
  });
});
