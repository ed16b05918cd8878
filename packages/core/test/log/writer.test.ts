import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino as pino10, type Logger, type LoggerOptions as PinoOptions } from 'pino';
import { pino as pino8 } from 'pino8';
import { pino as pino9 } from 'pino9';
import { describe, expect, it, vi } from 'vitest';
import { createWriter } from '../../src/log/index.ts';
import { strictParse } from './strict-json.ts';

type Pino = typeof pino10;

const VERSIONS: [string, Pino][] = [
  ['pino 8', pino8 as unknown as Pino],
  ['pino 9', pino9 as unknown as Pino],
  ['pino 10', pino10],
];

const RECORD = Object.freeze({
  '@timestamp': '2026-11-23T09:12:35.958Z',
  level: 'info',
  message: 'chat gpt-4o 12 ms',
  'event.name': 'span.end',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  'user.id': 'u1',
  'spanline.tags': ['a', 'b'],
  'gen_ai.request.temperature': 0,
});

function collect() {
  const lines: string[] = [];
  return { lines, stream: { write: (line: string) => void lines.push(line) } };
}

describe.each(VERSIONS)('a record through %s', (_name, pino) => {
  function write(
    options: PinoOptions,
    prepare: (logger: Logger) => Logger = (logger) => logger,
    record: object = { ...RECORD },
  ) {
    const { lines, stream } = collect();
    const logger = prepare(pino(options, stream));
    const result = createWriter(logger).write(record, 'info', 'chat gpt-4o 12 ms');
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
    return { result, lines: lines.map((line) => strictParse(line)) };
  }

  const CORE = { ...RECORD, level: 30, msg: RECORD.message, message: undefined } as Record<string, unknown>;
  delete CORE['message'];

  it('stands beside the fields of the logger', () => {
    const { lines } = write({ base: { pid: 1 } });
    expect(lines).toEqual([{ ...CORE, pid: 1, time: expect.any(Number) as number }]);
  });

  it('ends as the logger ends its lines', () => {
    for (const crlf of [true, false]) {
      const { lines, stream } = collect();
      createWriter(pino({ base: null, crlf, nestedKey: 'payload' }, stream)).write({ ...RECORD }, 'info', '');
      expect(lines[0]?.slice(-3)).toBe(crlf ? '}\r\n' : '0}\n');
    }
  });

  it('keeps its own fields against bindings, mixin and merge strategy', () => {
    const forged = { trace_id: 'forged', 'user.id': 'forged', message: 'forged', 'event.name': 'forged' };
    const { lines } = write(
      { base: null, mixin: () => ({ ...forged, tenant: 'acme' }), mixinMergeStrategy: (a, b) => ({ ...a, ...b }) },
      (logger) => logger.child({ trace_id: 'forged', tenant: 'other', module: 'x' }).child({ module: 'y' }),
    );
    expect(lines[0]).toMatchObject({
      trace_id: RECORD.trace_id,
      'user.id': 'u1',
      'event.name': 'span.end',
      tenant: 'acme',
      module: 'y',
    });
  });

  it('is neither nested nor rewritten', () => {
    const { lines } = write({ base: null, nestedKey: 'payload', formatters: { log: () => ({ gone: true }) } });
    expect(lines).toEqual([{ ...CORE, time: expect.any(Number) as number }]);
  });

  it('stands under the logger’s own keys for level and message', () => {
    const { lines } = write({
      base: null,
      messageKey: 'text',
      timestamp: () => ',"ts":"now","also":1',
      formatters: { level: (label, number) => ({ severity: label.toUpperCase(), level: number }) },
    });
    expect(lines[0]).toMatchObject({ severity: 'INFO', level: 30, text: RECORD.message, ts: 'now', also: 1 });
    expect(lines[0]).not.toHaveProperty('message');
  });

  it('has the prefix of the logger before its message', () => {
    const { lines } = write({ messageKey: 'message' }, (logger) => logger.child({}, { msgPrefix: '[ai] ' }));
    expect(lines[0]?.['message']).toBe('[ai] chat gpt-4o 12 ms');
  });

  it('finds the nearest of the levels that the logger has', () => {
    const options: PinoOptions = {
      base: null,
      customLevels: { audit: 35, noise: 5 },
      useOnlyCustomLevels: true,
      level: 'noise',
    };
    expect(write(options).lines[0]?.['level']).toBe(35);
  });

  it('is held back by the level of the logger, with one warning', async () => {
    const { lines, stream } = collect();
    const writer = createWriter(pino({ level: 'error' }, stream));
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      expect([writer.write({ ...RECORD }, 'info', ''), writer.write({ ...RECORD }, 'info', '')]).toEqual([
        'filtered',
        'filtered',
      ]);
      expect(writer.write({ ...RECORD }, 'error', '')).toBe('written');
      expect(warnings).toHaveBeenCalledTimes(1);
    } finally {
      warnings.mockRestore();
    }
    expect(lines).toHaveLength(1);
  });

  it('follows a level that changes later', () => {
    const { lines, stream } = collect();
    const logger = pino({ level: 'silent' }, stream);
    const writer = createWriter(logger);
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    writer.write({ ...RECORD }, 'info', '');
    warnings.mockRestore();
    logger.level = 'info';
    writer.write({ ...RECORD }, 'info', '');
    expect(lines).toHaveLength(1);
  });

  it('honours redact and serializers that name its keys', () => {
    const { lines } = write({
      base: null,
      redact: ['["user.id"]', 'secret'],
      serializers: { 'spanline.tags': (tags: string[]) => tags.length },
      mixin: () => ({ secret: 'x' }),
    });
    expect(lines[0]).toMatchObject({
      'user.id': '[Redacted]',
      'spanline.tags': 2,
      secret: '[Redacted]',
      trace_id: RECORD.trace_id,
    });
  });

  it('is given back as it was', () => {
    const record = { ...RECORD };
    write({ redact: ['["user.id"]'] }, undefined, record);
    expect(record).toEqual(RECORD);
  });

  it('reaches the streams of its level', () => {
    const all = collect();
    const errors = collect();
    const logger = pino(
      { base: null },
      pino.multistream([{ stream: all.stream }, { level: 'error', stream: errors.stream }]),
    );
    const writer = createWriter(logger);
    writer.write({ ...RECORD }, 'info', '');
    writer.write({ ...RECORD, level: 'error' }, 'error', '');
    expect([all.lines.length, errors.lines.length]).toEqual([2, 1]);
  });

  it('is not garbled by a logMethod hook', () => {
    const { lines } = write({
      base: null,
      hooks: { logMethod: (args, method) => method.apply({} as never, ['no', ...args] as never) },
    });
    expect(lines).toHaveLength(1);
  });

  it('never throws, and says when it could not be written', () => {
    const broken = {
      write() {
        throw new Error('disk full');
      },
    };
    expect(createWriter(pino({}, broken)).write({ ...RECORD }, 'info', '')).toBe('failed');
    const mixin = () => {
      throw new Error('no');
    };
    expect(write({ mixin }).result).toBe('written');
  });

  it('reaches a transport in a worker', async () => {
    const destination = join(mkdtempSync(join(tmpdir(), 'spanline-')), 'out.log');
    const transport = pino.transport({ target: 'pino/file', options: { destination } }) as ReturnType<
      Pino['transport']
    > & {
      end(): void;
      on(event: string, listener: () => void): void;
    };
    createWriter(pino({ base: null }, transport)).write({ ...RECORD }, 'info', '');
    await new Promise<void>((resolve) => {
      transport.on('close', resolve);
      transport.end();
    });
    expect(strictParse(readFileSync(destination, 'utf8'))).toMatchObject({ trace_id: RECORD.trace_id });
  });

  it('has no key twice and loses none, whatever the logger adds', () => {
    const names = fc.constantFrom(
      'level',
      'time',
      'msg',
      'message',
      'trace_id',
      'user.id',
      '@timestamp',
      'x',
      '__proto__',
      'event.name',
      'a"b',
    );
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
    const mixins = fc.dictionary(names, value, { maxKeys: 5, noNullPrototype: true });
    const bindings = mixins.filter((object) => !Object.hasOwn(object, '__proto__'));
    fc.assert(
      fc.property(bindings, bindings, mixins, (base, child, mixin) => {
        const { lines } = write({ base, mixin: () => mixin }, (logger) => logger.child(child));
        const [line] = lines;
        for (const key of ['@timestamp', 'event.name', 'trace_id', 'user.id', 'spanline.tags'] as const) {
          expect(line?.[key]).toEqual(RECORD[key]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a logger that is not pino', () => {
  it('gets the record and the message', () => {
    const calls: unknown[][] = [];
    const logger = { info: (...args: unknown[]) => void calls.push(args) } as unknown as Logger;
    expect(createWriter(logger).write({ ...RECORD }, 'info', 'hello')).toBe('written');
    expect(calls[0]?.[0]).toMatchObject({ trace_id: RECORD.trace_id });
    expect(calls[0]?.[1]).toBe('hello');
  });
});
