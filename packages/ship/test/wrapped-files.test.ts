import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { file, type LineOptions, type Report, type Shipper, startShipper } from '@spanline/ship';
import { createLineDecoder } from '../src/reading/line-decoder.ts';
import { deadLetters } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';

let folder = '';
let log = '';
let reports: Report[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  log = join(folder, 'app.log');
  reports = [];
});

function start(lines: LineOptions = {}, final = true): Shipper {
  const shipper = startShipper({
    dir: join(folder, 'state'),
    files: [log],
    to: [file({ path: join(folder, 'out'), profile: 'otel' })],
    final,
    lines,
    onReport: (report) => reports.push(report),
  });
  onTestFinished(() => shipper.stop(0));
  return shipper;
}

/** Ships what is there. @returns the documents so far */
async function ship(lines?: LineOptions): Promise<unknown[]> {
  const shipper = start(lines);
  await shipper.drain();
  await shipper.stop(1000);
  if (!existsSync(join(folder, 'out'))) return [];
  return readFileSync(join(folder, 'out'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

describe('a file', () => {
  it('may begin with a byte order mark', async () => {
    writeFileSync(log, '\uFEFF{"level":30,"msg":"first"}\n{"level":30,"msg":"second"}\n');
    expect(await ship()).toMatchObject([{ message: 'first' }, { message: 'second' }]);
  });

  it('may have a byte order mark where another file was appended', async () => {
    writeFileSync(
      log,
      '{"msg":"one"}\n\uFEFF{"msg":"two"}\n\uFEFF<13>1 - web-1 rag-api 812 - - \uFEFF{"msg":"three"}\n',
    );
    expect(await ship()).toMatchObject([{ message: 'one' }, { message: 'two' }, { message: 'three' }]);
  });

  it('that is not UTF-8 is read as Latin-1, and this is reported', async () => {
    writeFileSync(log, Buffer.from('{"msg":"Grüße aus Köln"}\n{"msg":"ja"}\n', 'latin1'));
    expect(await ship()).toMatchObject([{ message: 'Grüße aus Köln' }, { message: 'ja' }]);
    expect(reports).toMatchObject([
      { level: 'warn', message: expect.stringContaining('app.log: some lines are not UTF-8') as string },
    ]);
  });

  describe.each(['little', 'big'])('in UTF-16, %s endian', (order) => {
    const encode = (text: string): Buffer => {
      const bytes = Buffer.from(text, 'utf16le');
      return order === 'little' ? bytes : bytes.swap16();
    };
    // U+0A00, U+000D and U+0A0A have the bytes of line feeds beside one another.
    const TEXTS = ['Grüße 🙂', '\u0A00\u0A0A\u0100\u000A\u0A00', 'x'.repeat(200_000), 'last'];
    const lines = TEXTS.map((msg) => `${JSON.stringify({ level: 30, msg })}\r\n`);

    it('is read as text', async () => {
      writeFileSync(log, encode(`\uFEFF${lines.join('')}`));
      expect(await ship()).toMatchObject(TEXTS.map((message) => ({ message })));
      expect(reports).toEqual([]);
    });

    it('may end in the middle of a line, or of a character', async () => {
      const bytes = encode(`\uFEFF${lines.join('')}`);
      const cuts = [1, 2, 3, 31, 32, 33, 40, bytes.length - 3, bytes.length - 2, bytes.length - 1, bytes.length];
      for (const [index, cut] of cuts.entries()) {
        appendFileSync(log, bytes.subarray(cuts[index - 1] ?? 0, cut));
        await ship();
      }
      expect(await ship()).toMatchObject(TEXTS.map((message) => ({ message })));
    });
  });

  it('is split at line feeds only', async () => {
    writeFileSync(log, '{"msg":"one\u2028line\u2029here\u0085"}\r\n{"msg":"two"}\n');
    expect(await ship()).toMatchObject([{ message: 'one\u2028line\u2029here\u0085' }, { message: 'two' }]);
  });

  it('of containerd or CRI-O has the lines inside, whole ones and parts', async () => {
    writeFileSync(
      log,
      [
        '2026-03-04T10:20:30.123456789Z stdout F {"level":50,"time":1772619630456,"msg":"own time"}',
        '2026-03-04T10:20:31.123456789+01:00 stderr F {"level":"info","msg":"time of the wrapper"}',
        '2026-03-04T10:20:32.000000000Z stdout P {"level":30,"time":1772619630456,"ms',
        '2026-03-04T10:20:32.100000000Z stderr F {"level":40,"time":1772619630456,"msg":"between"}',
        '2026-03-04T10:20:32.200000000Z stdout P g":"in three',
        '2026-03-04T10:20:32.300000000Z stdout F  parts"}',
        '',
      ].join('\n'),
    );
    expect(await ship()).toMatchObject([
      { level: 'error', message: 'own time', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { message: 'time of the wrapper', '@timestamp': '2026-03-04T09:20:31.123456789Z' },
      { level: 'warn', message: 'between' },
      { level: 'info', message: 'in three parts' },
    ]);
    expect(reports).toEqual([]);
  });

  it('of Docker has the lines inside', async () => {
    const wrap = (text: string, stream = 'stdout'): string =>
      `${JSON.stringify({ log: text, stream, time: '2026-03-04T10:20:30.123456789Z' })}\n`;
    writeFileSync(
      log,
      wrap('{"level":30,"msg":"whole"}\n') +
        wrap('{"level":30,"msg":"two ') +
        wrap('{"msg":"other"}\n', 'stderr') +
        wrap('parts"}\n'),
    );
    expect(await ship()).toMatchObject([
      { message: 'whole', '@timestamp': '2026-03-04T10:20:30.123456789Z' },
      { message: 'other' },
      { message: 'two parts' },
    ]);
  });

  it('whose lines have a field called log is none of Docker', async () => {
    const lines = [
      '{"log":"x","stream":"stdout","time":"2026-03-04T10:20:30Z","own":1}',
      '{"log":"x\\n","level":"info"}',
    ];
    writeFileSync(log, `${lines.join('\n')}\n`);
    expect(await ship()).toMatchObject([
      { log: 'x', own: 1 },
      { log: 'x\n', level: 'info' },
    ]);
  });

  it('of CloudWatch, Lambda, journald or syslog has the JSON behind the prefix', async () => {
    writeFileSync(
      log,
      [
        '2026-03-04T10:20:30.456Z {"msg":"export"}',
        '2026-03-04T10:20:30.456Z\t8f5d-1\tINFO\t{"msg":"lambda"}',
        'Mar  4 10:20:30 web-1 rag-api[812]: {"time":1772619630456,"msg":"journald"}',
        '',
      ].join('\n'),
    );
    expect(await ship()).toMatchObject([
      { message: 'export', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { message: 'lambda', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { message: 'journald', '@timestamp': '2026-03-04T10:20:30.456Z' },
    ]);
  });

  const MS = '2026-03-04T10:20:30.456';
  const TASK = '0123456789abcdef'.repeat(2);
  it.each([
    ['kubectl logs --timestamps', `${MS}789+00:00 `, `${MS}789Z`],
    ['aws logs tail', `${MS}000+00:00 ecs/app/${TASK} `, `${MS}Z`],
    ['aws logs tail, of Lambda', `${MS}000+00:00 2026/03/04/[$LATEST]${TASK} `, `${MS}Z`],
    ['journalctl -o short-iso', '2026-03-04T12:20:30+0200 web-1 rag-api[812]: ', '2026-03-04T10:20:30.000Z'],
    ['rsyslog', `${MS}789+00:00 web-1 rag-api[812]: `, `${MS}789Z`],
    ['syslog (RFC 5424)', `<13>1 ${MS}Z web-1 rag-api 812 - - `, `${MS}Z`],
    ['syslog with structured data', `<13>1 ${MS}Z web-1 rag-api 812 ID47 [ex@1 a="\\] x"][b c="d"] `, `${MS}Z`],
    ['Heroku', `${MS}789+00:00 app[web.1]: `, `${MS}789Z`],
    ['docker compose logs --timestamps', `web-1  | ${MS}789012Z `, `${MS}789012Z`],
    ['kubectl logs --prefix --timestamps', `[pod/web-7f9/app] ${MS}789Z `, `${MS}789Z`],
    ['Fly', `${MS}Z app[148ed20b] iad [info] `, `${MS}Z`],
    ['Cloud Foundry', `${MS}+0000 [APP/PROC/WEB/0] OUT `, `${MS}Z`],
    ['fluentd', `2026-03-04T11:20:30+01:00\tshop.desk\t`, '2026-03-04T10:20:30.000Z'],
    ['pm2', '2026-03-04T10:20:30: ', '2026-03-04T10:20:30.000Z'],
    ['pm2 logs', '0|rag-api  | 2026-03-04T10:20:30: ', '2026-03-04T10:20:30.000Z'],
  ])('of %s has the JSON behind the prefix, with its time', async (_, prefix, time) => {
    writeFileSync(log, `${prefix}{"msg":"inside","a":{"b":1}}\n`);
    expect(await ship()).toMatchObject([{ message: 'inside', '@timestamp': time, 'a.b': 1 }]);
  });

  it.each([
    'web-1  | ',
    'web.1.8kx2@node-1    | ',
    '10:20:30 web.1  | ',
    '[pod/web-7f9/app] ',
    'Mar  4 10:20:30 web-1 rag-api[812]: @cee: ',
    '0|rag-api  | ',
    '<13>Mar  4 10:20:30 web-1 rag-api[812]: ',
    'Mar 04 10:20:30.456789 web-1 a[8]: ',
  ])('has the JSON behind the prefix %j', async (prefix) => {
    writeFileSync(log, `${prefix}{"time":1772619630456,"msg":"inside"}\n`);
    expect(await ship()).toMatchObject([{ message: 'inside', '@timestamp': `${MS}Z` }]);
  });

  it.each([
    '2026-03-04T10:20:30Z INFO handler: {"a":1}',
    '2026-03-04T10:20:30Z request failed: {"a":1}',
    '2026-03-04T10:20:30Z /api/users {"a":1}',
    '2026-03-04T10:20:30Z worker[a]: failed: {"a":1}',
    'answer: {"a":1}',
    '[web] {"a":1}',
    '2026-03-04T10:20:30Z [web] {"a":1}',
    '2026-03-04T10:20:30Z\tinfo\t{"a":1}',
    '| {"a":1}',
  ])('keeps a text before JSON that is no prefix: %s', async (text) => {
    writeFileSync(log, `${text}\n`);
    expect(await ship({ text: 'line' })).toMatchObject([{ message: text }]);
  });

  it('with other text has dead letters that name the path and the byte', async () => {
    writeFileSync(log, '{"msg":"fine"}\nplain text\n');
    expect(await ship()).toMatchObject([{ message: 'fine' }]);
    const letter = JSON.parse(readFileSync(join(folder, 'state', 'dead-letter', 'file.ndjson'), 'utf8')) as unknown;
    expect(letter).toMatchObject({ file: log, offset: 15, line: 'plain text', reason: 'the line is no JSON object' });
    expect(reports).toMatchObject([{ message: `file: lines refused: the line is no JSON object (${log}, byte 15)` }]);
  });

  it('whose last line has not all its parts yet is read again from there', async () => {
    const part = (tag: string, text: string): string => `2026-03-04T10:20:32.0Z stdout ${tag} ${text}\n`;
    writeFileSync(log, part('F', '{"msg":"first"}') + part('P', '{"msg":"sec'));
    expect(await ship()).toMatchObject([{ message: 'first' }]);
    appendFileSync(log, part('F', 'ond"}'));
    expect(await ship()).toMatchObject([{ message: 'first' }, { message: 'second' }]);
  });

  it('whose last line has not all its parts is read to its end if it is compressed', async () => {
    const part = (tag: string, text: string): string => `2026-03-04T10:20:32.0Z stdout ${tag} ${text}\n`;
    log = `${log}.gz`;
    writeFileSync(log, gzipSync(part('F', '{"msg":"first"}') + part('P', '{"msg":"sec')));
    for (let run = 0; run < 2; run++) expect(await ship()).toMatchObject([{ message: 'first' }]);
    expect(deadLetters(join(folder, 'state'), 'file')).toMatchObject([{ line: '{"msg":"sec', offset: 48 }]);
    expect(readdirSync(join(folder, 'state')).filter((name) => name.startsWith('gzip-'))).toEqual([]);
  });
});

describe('parts of lines', () => {
  it('come back whole and in the order of their ends, and nothing behind an open part counts as read', () => {
    const piece = fc.record({
      stream: fc.constantFrom('stdout', 'stderr'),
      isPart: fc.boolean(),
      text: fc.string({ unit: fc.constantFrom('a', '{', '"', 'é') }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const decoder = createLineDecoder({}, () => {
          throw new Error('the text is UTF-8');
        });
        const open = new Map<string, { text: string; offset: number }>();
        for (const [offset, { stream, isPart, text }] of pieces.entries()) {
          const bytes = Buffer.from(`2026-03-04T10:20:32.0Z ${stream} ${isPart ? 'P' : 'F'} ${text}`);
          const lines = decoder.add([{ bytes, source: 's', file: 'f', offset, torn: false }]);
          const before = open.get(stream) ?? { text: '', offset };
          const whole = { text: before.text + text, offset: before.offset };
          if (isPart) open.set(stream, whole);
          else open.delete(stream);
          expect(lines.map((line) => [line.bytes.toString(), line.offset])).toEqual(
            isPart ? [] : [[whole.text, whole.offset]],
          );
          const least = Math.min(...[...open.values()].map((waiting) => waiting.offset));
          expect(decoder.waitingFrom).toBe(open.size === 0 ? undefined : least);
        }
      }),
    );
  });
});

describe('lines that are no JSON', () => {
  const TRACE =
    'java.lang.IllegalStateException: no\n\tat com.acme.Shop.pay(Shop.java:12)\n\tat java.lang.Thread.run\nCaused by: java.io.IOException: closed\n\t... 2 more';
  const PYTHON = 'Traceback (most recent call last):\n  File "shop.py", line 3, in <module>\n    pay()\nValueError: no';

  it('are documents with `text: line`', async () => {
    writeFileSync(
      log,
      '2026-03-04 10:20:30,456 INFO started\n{"msg":"json"}\n\n10.0.0.1 - - [04/Mar/2026:03:20:30 -0700] "GET / HTTP/1.1" 200\n',
    );
    expect(await ship({ text: 'line' })).toMatchObject([
      { message: '2026-03-04 10:20:30,456 INFO started', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { message: 'json' },
      {
        message: '10.0.0.1 - - [04/Mar/2026:03:20:30 -0700] "GET / HTTP/1.1" 200',
        '@timestamp': '2026-03-04T10:20:30.000Z',
      },
    ]);
  });

  it('are joined to stack traces with `text: multiline`', async () => {
    writeFileSync(log, `first\n${TRACE}\n{"msg":"json"}\n${PYTHON}\nlast\n`);
    expect(await ship({ text: 'multiline' })).toMatchObject(
      ['first', TRACE, 'json', PYTHON, 'last'].map((message) => ({ message })),
    );
  });

  it('belong to the line with a time before them, with `text: multiline`', async () => {
    const events = [
      `2026-03-04 10:20:30,456 ERROR com.acme.Shop - order 7\n${TRACE}`,
      '2026-03-04 10:20:31,000 INFO com.acme.Shop - next',
      `Mar  4 10:20:32 host app[3]: failed\n${PYTHON}`,
      '10.0.0.1 - - [04/Mar/2026:03:20:33 -0700] "GET / HTTP/1.1" 200',
    ];
    writeFileSync(log, events.slice(0, 3).join('\n') + '\n{"msg":"json"}\n' + events[3] + '\n');
    expect(await ship({ text: 'multiline' })).toMatchObject(
      [...events.slice(0, 3), 'json', events[3]].map((message) => ({ message })),
    );
  });

  it('are shipped once nothing follows for a while', async () => {
    const shipper = start({ text: 'multiline' }, false);
    appendFileSync(log, `${TRACE}\n`);
    await expect.poll(() => shipper.stats()['file']?.stored, { timeout: 60_000 }).toBe(1);
  });

  it('inside a wrapper of a container have its time', async () => {
    writeFileSync(log, '2026-03-04T10:20:30.5Z stdout F hello\n2026-03-04T10:20:31.5Z stdout F   indented\n');
    expect(await ship({ text: 'multiline' })).toMatchObject([
      { message: 'hello\n  indented', '@timestamp': '2026-03-04T10:20:30.500Z' },
    ]);
  });
});

it('the time of a line is in the field that is named', async () => {
  writeFileSync(log, '{"time":1772619630456,"meta":{"at":"2026-03-04T11:00:00Z"}}\n');
  expect(await ship({ timeKey: 'meta.at' })).toMatchObject([{ '@timestamp': '2026-03-04T11:00:00.000Z' }]);
});
