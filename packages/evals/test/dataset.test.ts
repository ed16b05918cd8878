import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { dataset, type DatasetItem, datasetSchema } from '@spanline/evals';
import { datasetItems, open } from '@spanline/query';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'spanline-dataset-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Requests that were answered, liked, disliked, corrected, and asked twice. */
function writeLog(path: string): void {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
  function ask(question: string, answer: string): string {
    return tracer.withSpan({ name: 'POST /ask', type: 'chain', input: question }, (span) => {
      span.output(answer);
      return span.traceId;
    });
  }
  ask('How long is it?', 'One month.');
  const liked = ask('How long is it?', 'Three months.');
  const disliked = ask('In writing?', 'No.');
  const corrected = ask('Mail ada@example.com?', 'To ada@example.com');
  ask('Nobody said anything', 'Indeed.');
  tracer.score({ name: 'thumbs', value: 1, label: 'up', source: 'user', traceId: liked });
  tracer.score({ name: 'thumbs', value: 0, label: 'down', source: 'user', traceId: disliked });
  tracer.score({
    name: 'correction',
    value: 'given',
    explanation: 'Yes, to ada@example.com.',
    source: 'user',
    traceId: corrected,
  });
  writeFileSync(
    path,
    log
      .raw()
      .map((line) => `${line}\n`)
      .join(''),
  );
}

const fromLog = async (path: string, options = {}): Promise<readonly DatasetItem[]> => {
  const log = await open(path);
  try {
    const items = datasetItems(log.records(), { spans: 'root', scores: log.records() });
    return (await dataset.fromTraces(items, options)).items;
  } finally {
    await log.close();
  }
};

describe('dataset.fromTraces', () => {
  it('keeps one item of each input, with the output that a user liked or corrected, redacted', async () => {
    const path = join(folder, 'app.ndjson');
    writeLog(path);
    // A trace becomes an item when its last line has been read.
    const items = (await fromLog(path)).toSorted((a, b) => (String(a.input) < String(b.input) ? -1 : 1));
    expect(items.map(({ input, output, expected }) => ({ input, output, expected }))).toEqual([
      { input: 'How long is it?', output: 'Three months.', expected: 'Three months.' },
      { input: 'In writing?', output: 'No.', expected: undefined },
      { input: 'Mail [EMAIL_1]?', output: 'To [EMAIL_1]', expected: 'Yes, to [EMAIL_1].' },
      { input: 'Nobody said anything', output: 'Indeed.', expected: undefined },
    ]);
    expect(JSON.stringify(items)).not.toContain('ada@');
    expect(items[1]?.scores).toMatchObject([{ name: 'thumbs', label: 'down' }]);
  });

  it('keeps all and leaves them as they are, if it shall', async () => {
    const path = join(folder, 'app.ndjson');
    const items = await fromLog(path, { unique: false, redact: false });
    expect(items).toHaveLength(5);
    expect(JSON.stringify(items)).toContain('ada@example.com');
  });

  it('leaves out items without an input, and refuses two of one id', async () => {
    expect((await dataset.fromTraces([{ id: 'a' }, { id: 'b', input: 'x' }])).items).toHaveLength(1);
    const twice = [
      { id: 'a', input: 1 },
      { id: 'a', input: 2 },
    ];
    await expect(dataset.fromTraces(twice)).rejects.toMatchObject({ code: 'ERR_INVALID_DATASET' });
  });
});

describe('a dataset in a file', () => {
  const ITEMS: readonly DatasetItem[] = [
    { id: 'a', input: 'x', expected: 'y' },
    { id: 'b', input: { role: 'user', n: 1 }, scores: [{ name: 'thumbs', value: 1 }] },
  ];

  it('is read as it was written, under the same version', async () => {
    const path = join(folder, 'set.ndjson');
    const made = dataset.of(ITEMS);
    await made.write(path);
    const read = await dataset.read(path, { version: made.version });
    expect(read.items).toEqual(ITEMS);
    expect(read.version).toBe(made.version);
    expect(readFileSync(path, 'utf8')).toBe(made.toNdjson());
  });

  it('has a version that is one of its content: not of the order, but of every value', () => {
    const { version } = dataset.of(ITEMS);
    const [first, second] = ITEMS as readonly [DatasetItem, DatasetItem];
    expect(version).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(dataset.of([second, { expected: 'y', input: 'x', id: 'a' }]).version).toBe(version);
    expect(dataset.of([first, { ...second, input: { role: 'user', n: 2 } }]).version).not.toBe(version);
    expect(dataset.of([first]).version).not.toBe(version);
  });

  it.each([
    ['{"id":"a","input":1}\n{"id":', 'line 2 must be JSON'],
    ['{"id":"a"}', 'line 1 must be a valid item (an item needs an input)'],
    ['\n[]', 'line 2 must be a valid item (an item is a JSON object)'],
    ['{"id":"a","input":1,"scores":[{"value":1}]}', 'a score needs a name'],
    ['{"id":"a","input":1}\n{"id":"a","input":2}', 'line 2 must be an id that no other item has'],
  ])('names the line that is wrong: %j', (text, message) => {
    expect(() => dataset.parse(text)).toThrow(message);
  });

  it('is refused if it is another version', () => {
    const { version } = dataset.of(ITEMS);
    expect(() => dataset.parse('{"id":"a","input":1}', { version })).toThrow(/version/);
    expect(() => dataset.parse('', { version: 'v1' })).toThrow(/sha256/);
  });

  it('takes and refuses the same items as its JSON Schema', () => {
    const validate = new Ajv2020().compile(datasetSchema);
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant([]), fc.constant({}));
    const score = fc.record(
      { name: value, value, label: value, source: value, explanation: value },
      { requiredKeys: [] },
    );
    const item = fc.record(
      {
        id: fc.oneof(fc.string(), value),
        input: value,
        output: value,
        trace_id: fc.oneof(fc.constant('0af7651916cd43dd8448eb211c80319c'), value),
        metadata: value,
        scores: fc.oneof(fc.array(score, { maxLength: 2 }), value),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(item, value), (candidate) => {
        let isTaken = true;
        try {
          dataset.parse(JSON.stringify(candidate));
        } catch {
          isTaken = false;
        }
        expect(isTaken).toBe(validate(candidate));
      }),
      { numRuns: 300 },
    );
  });
});
