import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/reading/index.ts';

const read = (line: object): unknown => parseLine(line)?.record.level;

describe('the level of a line', () => {
  it.each([
    ['pino', { level: 30, time: 1_772_619_630_456, msg: 'm' }, 'info'],
    ['pino, below its levels', { level: 5, time: 1_772_619_630_456, msg: 'm' }, 'trace'],
    ['pino, between two levels', { level: 35, msg: 'm' }, 'info'],
    ['bunyan', { v: 0, level: 50, name: 'app', msg: 'm' }, 'error'],
    ['winston', { level: 'warn', message: 'm' }, 'warn'],
    ['winston: verbose is below http and above debug', { level: 'verbose', message: 'm' }, 'debug'],
    ['winston: silly', { level: 'silly', message: 'm' }, 'trace'],
    ['zap', { level: 'dpanic', ts: 1_772_619_630.456, msg: 'm' }, 'error'],
    ['zap: panic', { level: 'panic', ts: 1_772_619_630.456, msg: 'm' }, 'fatal'],
    ['zerolog', { level: 'debug', message: 'm' }, 'debug'],
    ['slog', { level: 'INFO+2', msg: 'm' }, 'info'],
    ['slog below debug', { level: 'DEBUG-4', msg: 'm' }, 'trace'],
    ['log4j', { level: 'WARN', loggerName: 'x', message: 'm' }, 'warn'],
    ['java.util.logging', { level: 'SEVERE', message: 'm' }, 'error'],
    ['logback', { level_value: 40_000, message: 'm' }, 'error'],
    ['Serilog', { '@t': '2026-03-04T10:20:30Z', '@mt': 'm', '@l': 'Warning' }, 'warn'],
    ['Serilog: Verbose is its lowest', { '@t': '2026-03-04T10:20:30Z', '@mt': 'm', '@l': 'Verbose' }, 'trace'],
    ['Serilog leaves Information out', { '@t': '2026-03-04T10:20:30Z', '@mt': 'm' }, 'info'],
    ['Serilog, its plain format', { Timestamp: 'x', Level: 'Verbose', MessageTemplate: 'm' }, 'trace'],
    ['.NET', { LogLevel: 'Information', Category: 'Shop.Cart', Message: 'm' }, 'info'],
    ['python', { levelname: 'CRITICAL', message: 'm' }, 'fatal'],
    ['python, with its number', { level: 30, levelname: 'WARNING', message: 'm' }, 'warn'],
    ['Monolog', { level: 250, level_name: 'NOTICE', message: 'm' }, 'info'],
    ['GELF', { version: '1.1', short_message: 'm', level: 3 }, 'error'],
    ['syslog as a number', { level: 4, message: 'm', timestamp: '2026-03-04T10:20:30Z' }, 'warn'],
    ['syslog as a text', { severity: 'crit', message: 'm' }, 'error'],
    ['syslog: emergency', { severity: 0, message: 'm' }, 'fatal'],
    ['journald', { PRIORITY: '6', MESSAGE: 'm' }, 'info'],
    ['Google Cloud', { severity: 'CRITICAL', message: 'm' }, 'error'],
    ['Google Cloud as a number', { severity: 400, message: 'm' }, 'warn'],
    ['PostgreSQL', { error_severity: 'DEBUG1', message: 'm' }, 'debug'],
    ['OpenTelemetry', { severity_number: 17, body: 'm' }, 'error'],
    ['ECS', { 'log.level': 'Error', message: 'm' }, 'error'],
    ['a level of its own', { level: 'Audit', message: 'm' }, 'audit'],
  ])('of %s', (_family, line, level) => {
    expect(read(line)).toBe(level);
  });

  it.each([
    { level: {} },
    { level: true },
    { level: null },
    { level: '' },
    { level: 5000.5 - 2000 },
    { severity: 'x' },
  ])('is not read from %j', (line) => {
    expect(read({ ...line, msg: 'm' })).toBeUndefined();
  });

  it('stays as it was, where it says more than the level that was read', () => {
    const rest = (line: object): unknown => parseLine({ ...line, msg: 'm' })?.rest;
    expect(rest({ level: 30 })).toEqual({});
    expect(rest({ level: 'error' })).toEqual({});
    expect(rest({ level: 35 })).toEqual({ level: 35 });
    expect(rest({ level: 'NOTICE' })).toEqual({ level: 'NOTICE' });
    expect(rest({ 'log.level': 'WARNING', level: 4 })).toEqual({ 'log.level': 'WARNING', level: 4 });
    expect(rest({ severity: 'info' })).toEqual({ severity: 'info' });
  });
});
