import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { kafka, type Report, type SinkSpec, spool, startShipper } from '@spanline/ship';
import { freePort } from '../support/free-port.ts';
import { readTopic, startKafka } from './support/kafka.ts';
import { type Line, writeProgram } from './support/program.ts';
import type { RunningServer } from './support/server.ts';
import { deadLetters, ship } from './support/ship.ts';

const { kafka: files } = inject('servers');

const PARTITIONS = 6;
const KB = 1024;
const UNTIL = { timeout: 60_000, interval: 50 };

describe.skipIf(files === undefined)('Kafka', () => {
  let server: RunningServer | undefined;
  let broker = '';
  let dir = '';
  let admin: Admin;
  let lines: Line[];
  const target = (): SinkSpec[] => [kafka({ brokers: broker, topic: 'lines', timeoutMs: 5000 })];

  beforeAll(async () => {
    const port = await freePort();
    broker = `127.0.0.1:${port}`;
    dir = mkdtempSync(join(tmpdir(), 'spanline-kafka-test-'));
    lines = await writeProgram(join(dir, 'spool'));
    // Nobody listens yet.
    const early = startShipper({ dir: join(dir, 'spool'), to: target() });
    await vi.waitFor(() => expect(early.stats()['kafka']?.retries).toBeGreaterThan(0), UNTIL);
    await early.stop(1000);
    server = await startKafka(files as string, { port });
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] });
    await admin.createTopics({ topics: ['lines', 'small'], partitions: PARTITIONS, replicas: 1 });
  });
  afterAll(async () => {
    await admin?.close();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('gets every line once, when it is there at last', async () => {
    const { stats } = await ship({ dir: join(dir, 'spool'), to: target() });
    expect(stats['kafka']).toMatchObject({ stored: lines.length, rejected: 0, retries: 0, lagBytes: 0 });
    const messages = await readTopic(broker, 'lines', lines.length);
    expect(messages.map(({ text }) => JSON.parse(text) as Line).toSorted(byText)).toEqual(lines.toSorted(byText));
    expect(new Set(messages.map(({ id }) => id)).size).toBe(lines.length);
  });

  it('has the lines of a trace in one partition, in order, under the trace id', async () => {
    const messages = await readTopic(broker, 'lines', lines.length);
    const partitions = new Map<string, Set<number>>();
    for (const { key, partition, text } of messages) {
      expect(key).toBe((JSON.parse(text) as Line)['trace_id']);
      const known = partitions.get(String(key)) ?? new Set();
      partitions.set(String(key), known.add(partition));
    }
    expect([...partitions.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set(messages.map(({ partition }) => partition)).size).toBe(PARTITIONS);
    const trace = lines.at(-1)?.['trace_id'];
    const ofTrace = (all: readonly Line[]): unknown[] => all.filter((line) => line['trace_id'] === trace);
    expect(ofTrace(messages.map(({ text }) => JSON.parse(text) as Line))).toEqual(ofTrace(lines));
  });

  it('refuses a line that is too large, and that alone', async () => {
    const folder = join(dir, 'large');
    const spooled = spool({ dir: folder });
    const sizes = [1, 1500 * KB, 600 * KB, 600 * KB, 2, 3];
    // Hard to compress, so that it is too large in any form.
    const noise = (size: number): string =>
      Array.from({ length: Math.ceil(size / 8) }, (_, n) => Math.imul(n + size, 2_654_435_761).toString(36))
        .join('')
        .slice(0, size);
    for (const [n, size] of sizes.entries()) spooled.write(`${JSON.stringify({ n, text: noise(size) })}\n`);
    await spooled.close(0);
    const { stats } = await ship({ dir: folder, to: [kafka({ brokers: [broker], topic: 'small', gzip: false })] });
    expect(stats['kafka']).toMatchObject({ stored: 5, rejected: 1 });
    expect(deadLetters(folder, 'kafka').map(({ reason, line }) => [reason, line.slice(0, 6)])).toEqual([
      ['MESSAGE_TOO_LARGE', '{"n":1'],
    ]);
    const messages = await readTopic(broker, 'small', 5);
    expect(messages.map(({ text }) => (JSON.parse(text) as { n: number }).n).toSorted()).toEqual([0, 2, 3, 4, 5]);
  });

  it('makes lines wait for a topic that is not there', async () => {
    const folder = join(dir, 'late');
    const reports: Report[] = [];
    const spooled = spool({ dir: folder });
    spooled.write('{"n":1}\n');
    await spooled.close(0);
    const late = startShipper({
      dir: folder,
      to: [kafka({ brokers: broker, topic: 'late' })],
      onReport: (report) => reports.push(report),
    });
    const said = (): string[] => reports.map(({ message }) => message);
    await vi.waitFor(() => expect(said().join('\n')).toContain('the topic does not exist; lines wait'), UNTIL);
    expect(late.stats()['kafka']).toMatchObject({ stored: 0, rejected: 0 });
    await late.stop(0);
    expect(readFileSync(join(spooled.file, '000000000001.ndjson'), 'utf8')).toContain('{"n":1}');
  });
});

function byText(first: Line, second: Line): number {
  return JSON.stringify(first) < JSON.stringify(second) ? -1 : 1;
}
