import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SpanlineError } from '@spanline/record';
import { type EncodedLine, type SendResult, type Sink, type SinkSpec, spool, startShipper } from '@spanline/ship';
import { jsonLines, runChild } from '../../../test/support/child.ts';
import { deadLetters, leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { type Receiver, receiver } from './support/receiver.ts';

/** Writes a module that stands outside of the sources, and returns its URL. */
function writeModule(name: string, code: string): string {
  const folder = mkdtempSync(join(import.meta.dirname, '.child-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, code);
  return pathToFileURL(file).href;
}

/** The program below the heading in docs/shipping.md, as it stands. */
function writeExample(): string {
  const page = readFileSync(new URL('../../../docs/shipping.md', import.meta.url), 'utf8');
  const code = /### A sink of your own\n[^]*?```ts\n(?<code>[^]*?)```/.exec(page)?.groups?.['code'];
  if (code === undefined) throw new Error('docs/shipping.md has no example of a sink');
  return writeModule('loki.mjs', transformSync(code, { loader: 'ts' }).code);
}

/** Texts of the lines that Loki has received. */
function lokiLines({ requests }: Receiver): string[] {
  return requests.flatMap(({ body }) => {
    const { streams } = JSON.parse(body.toString()) as { streams: { values: [time: string, line: string][] }[] };
    return streams.flatMap(({ values }) => values.map(([, line]) => line));
  });
}

/**
 * A program that logs three lines into a spool, waits for something, and prints its result and the lines that are left.
 */
const program = (imports: string, to: string, wait: string): string => `
import { readdirSync, readFileSync } from 'node:fs';
import { spool } from '@spanline/ship';
${imports}
const spooled = spool({ dir: ${JSON.stringify(temporaryFolder())}, to: [${to}] });
for (const n of [1, 2, 3]) spooled.write(JSON.stringify({ n, '@timestamp': '2026-11-23T09:12:35.958Z' }) + '\\n');
const read = (name) => readFileSync(spooled.file + '/' + name, 'utf8');
const left = () => readdirSync(spooled.file).filter((name) => name.endsWith('.ndjson')).map(read).join('');
const stored = ${wait};
console.log(JSON.stringify({ stored, sinks: Object.keys(spooled.stats().sinks) }));
process.stdout.write(left());
process.exit();
`;

const UNTIL_STORED = 'await spooled.drain(30_000)';
const UNTIL_FAILED = `await (async () => {
  while (!left().includes('"failed"')) await new Promise(setImmediate);
  return spooled.drain(0);
})()`;

const runInThread = async (code: string): Promise<Record<string, unknown>[]> => {
  const { stdout, stderr } = await runChild(code);
  expect(stderr).not.toContain('Error:');
  return jsonLines(stdout);
};

describe('the sink in docs/shipping.md', () => {
  it('delivers lines from the worker thread, and is retried', async () => {
    const target = await receiver((_, nth) => ({ status: nth === 0 ? 503 : 204 }));
    const imports = `import { loki } from '${writeExample()}';`;
    const [outcome] = await runInThread(program(imports, `loki('${target.url}')`, UNTIL_STORED));
    expect(outcome).toEqual({ stored: true, sinks: ['loki'] });
    expect(new Set(target.requests.map(({ path }) => path))).toEqual(new Set(['/loki/api/v1/push']));
    const numbers = lokiLines(target).map((line) => (JSON.parse(line) as { n?: number }).n);
    expect(numbers.filter((n) => n !== undefined)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(target.requests[0]?.body.toString()).toContain(`["${Date.parse('2026-11-23T09:12:35.958Z')}000000",`);
  });

  it('delivers lines from the thread of startShipper', async () => {
    const target = await receiver(() => ({ status: 204 }));
    const { loki } = (await import(writeExample())) as { loki: (url: string) => SinkSpec };
    const dir = temporaryFolder();
    leave(dir, spanLines(20));
    const shipper = startShipper({ dir, to: [loki(target.url)] });
    await shipper.drain();
    await shipper.stop(0);
    expect(lokiLines(target)).toEqual(spanLines(20));
  });
});

describe('a sink that cannot be loaded', () => {
  const BROKEN = `
    export const createSink = () => { throw new Error('no licence'); };
    export const broken = { name: 'broken', module: import.meta.url, options: {}, createSink };`;

  it('is reported once in the log; lines stay in the spool', async () => {
    const imports = `import { broken } from '${writeModule('broken.mjs', BROKEN)}';`;
    const [outcome, ...lines] = await runInThread(program(imports, 'broken', UNTIL_FAILED));
    expect(outcome).toEqual({ stored: false, sinks: [] });
    expect(lines.map(({ n }) => n)).toEqual([1, 2, 3, undefined]);
    expect(lines[3]).toMatchObject({
      level: 'error',
      'spanline.ship.event': 'failed',
      message: 'a sink cannot be loaded, and nothing is shipped: no licence',
    });
  });

  it('is reported when its module is the application, which starts no second spool', async () => {
    const own = `const sink = {
        name: 'own', module: import.meta.url, options: {}, createSink: () => ({}) };`;
    const [outcome, ...lines] = await runInThread(program(own, 'sink', UNTIL_FAILED));
    expect(outcome).toEqual({ stored: false, sinks: [] });
    expect(lines[3]?.['message']).toMatch(/must be sinks from modules of their own/);
  });
});

describe('a sink that breaks the contract', () => {
  const LIMITS = { bytes: 1000, entries: 10, lingerMs: 0, concurrency: 1 };
  const encode = (): EncodedLine => ({ kind: 'entry', parts: ['x'] });
  const send = (): Promise<SendResult> => Promise.resolve({ kind: 'stored' });
  const spec = (parts: Partial<Sink>): SinkSpec => ({
    name: 'own',
    module: import.meta.url,
    options: {},
    createSink: () => ({ limits: LIMITS, encode, send, ...parts }),
  });

  function failing<T>(times: number, then: () => T, fail: () => T): () => T {
    let calls = 0;
    return () => (calls++ < times ? fail() : then());
  }

  it.each<[what: string, fail: () => Promise<SendResult>]>([
    ['rejects', () => Promise.reject(new Error('the key is hunter2'))],
    [
      'throws',
      () => {
        throw new TypeError('the key is hunter2');
      },
    ],
    ['returns an unknown result', () => Promise.resolve({ kind: 'maybe' } as unknown as SendResult)],
  ])('is retried when send %s', async (_, fail) => {
    const root = temporaryFolder();
    leave(root, spanLines(5));
    const { engine, reports } = ship(root, spec({ send: failing(2, send, fail) }));
    await engine.drain();
    expect(engine.stats()['own']).toMatchObject({ stored: 5, retries: 2 });
    expect(JSON.stringify(reports)).not.toContain('hunter2');
  });

  it('loses only the line that it cannot encode, to the dead letters', async () => {
    const root = temporaryFolder();
    leave(root, spanLines(3));
    const fail = (): EncodedLine => {
      throw new RangeError('hunter2');
    };
    const { engine } = ship(root, spec({ encode: failing(1, encode, fail) }));
    await engine.drain();
    expect(engine.stats()['own']).toMatchObject({ stored: 2, rejected: 1 });
    expect(deadLetters(root, 'own')).toMatchObject([{ reason: 'the sink cannot encode the line (RangeError)' }]);
  });

  it.each<[option: string, wrong: Partial<SinkSpec>]>([
    ['own.limits', { createSink: () => ({ encode, send }) as unknown as Sink }],
    ['own.limits.bytes', { createSink: () => ({ limits: { ...LIMITS, bytes: 0 }, encode, send }) }],
    ['to[0]', { name: '../own' }],
    ['to[0]', { module: 'own.js' }],
  ])('is refused at the start: %s', (option, wrong) => {
    expect(() => startShipper({ dir: temporaryFolder(), to: [{ ...spec({}), ...wrong }] })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', option }) as SpanlineError,
    );
  });

  it('is refused by spool() when its options cannot be copied to the thread', () => {
    const to = [{ ...spec({}), options: { onError: () => {} } }];
    expect(() => spool({ dir: temporaryFolder(), to })).toThrow(/without functions/);
  });
});
