import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { createLogger } from '../../src/index.ts';
import { createCommonFields, createWriter, type SplitLine, wholeRecord } from '../../src/log/index.ts';
import { strictParse } from './strict-json.ts';

const COMMON = createCommonFields({
  'event.name': 'span.end',
  'service.name': 'a "quoted" bot',
  'service.version': undefined,
  'process.pid': 7,
});

function lineOf(message: string, more: SpanRecord = {}): SplitLine {
  const own = { '@timestamp': '2026-11-23T09:12:35.958Z', level: 'info', message, 'event.id': 'b-1', ...more };
  return { common: COMMON, own };
}

/** What a logger makes of a line in two parts, and of the same line as one record. */
function written(
  line: SplitLine,
  prepare: (stream: { write(text: string): void }) => Parameters<typeof createWriter>[0],
) {
  const texts: string[] = [];
  const writer = createWriter(prepare({ write: (text) => void texts.push(text) }));
  const { level = '', message = '' } = line.own;
  const results = [writer.writeSplit(line, level, message), writer.write(wholeRecord(line), level, message)];
  expect(results).toEqual(['written', 'written']);
  const [apart = '', whole = ''] = texts;
  expect(apart.endsWith('\n')).toBe(true);
  return { apart: strictParse(apart), whole: strictParse(whole), text: apart };
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.toWellFormed()),
  fc.constantFrom(',"event.id":', '","event.id":"x', String.raw`\",\"event.id\":`, '}', '\n', '"'),
);

describe('a line whose common part is JSON already', () => {
  it('is the record, whatever its texts are', () => {
    fc.assert(
      fc.property(text, fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }), (message, labels) => {
        const more = Object.fromEntries(
          Object.entries(labels).map(([key, value]) => [`labels.${key}`, value]),
        ) as unknown as SpanRecord;
        const { apart, whole } = written(lineOf(message, more), (stream) => createLogger({}, stream));
        expect(apart).toEqual(whole);
        expect(apart).toEqual({
          'event.name': 'span.end',
          'service.name': 'a "quoted" bot',
          'process.pid': 7,
          '@timestamp': '2026-11-23T09:12:35.958Z',
          level: 'info',
          message,
          'event.id': 'b-1',
          ...more,
        });
      }),
      { numRuns: runs(100, 2000) },
    );
  });

  it('is the same in a file as on a stream', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spanline-'));
    const file = join(folder, 'app.log');
    const lines = [lineOf('1532→287 tok', { 'span.name': 'a "name"\n' }), lineOf('x'.repeat(70_000)), lineOf('')];
    const inFile = createWriter(createLogger({}, file));
    const texts = lines.map((line) => {
      inFile.writeSplit(line, 'info', '');
      return written(line, (stream) => createLogger({}, stream)).text;
    });
    expect(readFileSync(file, 'utf8')).toBe(texts.join(''));
    rmSync(folder, { recursive: true });
  });

  it('begins with what people look for', () => {
    const { text: line } = written(lineOf('chat 1 ms'), (stream) => createLogger({}, stream));
    expect(line).toMatch(/^\{"@timestamp":"[^"]+","level":"info","message":"chat 1 ms","event\.name":/);
  });

  it.each<[string, Parameters<typeof written>[1]]>([
    ['pino as it comes', (stream) => pino({}, stream)],
    ['a message key', (stream) => pino({ base: null, messageKey: 'message', timestamp: false }, stream)],
    ['a child with bindings', (stream) => createLogger({}, stream).child({ tenant: 'acme', 'service.name': 'other' })],
    ['a prefix', (stream) => createLogger({}, stream).child({}, { msgPrefix: '[x] ' })],
    ['redact', (stream) => createLogger({ redact: ['["service.name"]'] }, stream)],
    ['a serializer', (stream) => pino({ base: null, serializers: { 'process.pid': () => 'hidden' } }, stream)],
    ['a mixin', (stream) => pino({ base: null, mixin: () => ({ region: 'eu' }) }, stream)],
    [
      'level labels of its own',
      (stream) => pino({ base: null, formatters: { level: (label) => ({ severity: label }) } }, stream),
    ],
  ])('is the same as the record through %s', (_what, prepare) => {
    const { apart, whole } = written(lineOf('chat 1 ms'), prepare);
    const { time: _apart, ...left } = apart;
    const { time: _whole, ...right } = whole;
    expect(left).toEqual(right);
  });

  it('follows a logger that is changed', () => {
    const texts: string[] = [];
    const logger = createLogger({}, { write: (line) => void texts.push(line) });
    const writer = createWriter(logger);
    writer.writeSplit(lineOf('before'), 'info', 'before');
    logger.setBindings({ tenant: 'acme' });
    writer.writeSplit(lineOf('after'), 'info', 'after');
    expect(texts.map((line) => strictParse(line)['tenant'])).toEqual([undefined, 'acme']);
  });

  it('is complete without an event id to write the common fields before', () => {
    const line: SplitLine = { common: COMMON, own: { level: 'info', message: 'x' } };
    expect(written(line, (stream) => createLogger({}, stream)).apart).toMatchObject({ ...COMMON.fields, message: 'x' });
  });

  it('is shown to streams that want the object as the whole record', () => {
    const stream = { [Symbol.for('pino.metadata')]: true, lastObj: undefined as unknown, write: () => undefined };
    const line = lineOf('x');
    createWriter(createLogger({}, stream)).writeSplit(line, 'info', 'x');
    expect(stream.lastObj).toEqual(wholeRecord(line));
  });
});
