import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { kafka, type Report, type Shipper, type Spool, spool, startShipper } from '@spanline/ship';
import { freePort } from '../support/free-port.ts';
import { readTopic, startKafka } from './support/kafka.ts';
import type { RunningServer } from './support/server.ts';
import { deadLetters } from './support/ship.ts';

const { kafka: files } = inject('servers');

const UNTIL = { timeout: 120_000, interval: 50 };
const PARTITIONS = 6;
const PORTION = 300;

/** Elections of leaders take as long as the nodes like: only in long runs. */
const isLong = process.env['SPANLINE_LONG'] === '1';

describe.skipIf(files === undefined || !isLong)('a Kafka of two nodes', () => {
  let leader: RunningServer | undefined;
  let other: RunningServer | undefined;
  let dir = '';
  let first = '';
  let startOther: () => Promise<RunningServer>;

  beforeAll(async () => {
    const [port, second, controllerPort] = [await freePort(), await freePort(), await freePort()];
    dir = mkdtempSync(join(tmpdir(), 'spanline-kafka-test-'));
    first = `127.0.0.1:${port}`;
    const controller = { node: port, port: controllerPort };
    startOther = () => startKafka(files as string, { port: second, controller, data: join(dir, 'other') });
    [leader, other] = await Promise.all([startKafka(files as string, { port, controller }), startOther()]);
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [first] });
    await vi.waitFor(async () => {
      await admin.createTopics({ topics: ['both'], partitions: PARTITIONS, replicas: 2 });
    }, UNTIL);
    await admin.createTopics({ topics: ['one', 'still'], partitions: PARTITIONS, replicas: 1 });
    await admin.close();
  });
  beforeEach(async () => {
    other ??= await startOther();
  });
  afterAll(async () => {
    await Promise.all([leader?.stop(), other?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  async function stopOther(): Promise<void> {
    await other?.stop();
    other = undefined;
  }

  /** Waits until the cluster says that partitions have no leader: from then on, clients no longer look for the old one. */
  async function untilLeaderless(topic: string): Promise<void> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [first], retries: 0 });
    await vi.waitFor(async () => {
      const answer: unknown = await admin
        .metadata({ topics: [topic], forceUpdate: true })
        .catch((error: unknown) => error);
      expect(JSON.stringify(answer)).toContain('"leaderId":-1');
    }, UNTIL);
    await admin.close();
  }

  interface Shipping {
    readonly shipper: Shipper;
    readonly reports: readonly Report[];
    /** Writes lines, of traces or of none, and returns how many there are by now. */
    write(isTraced?: boolean): number;
    stored(): number | undefined;
  }

  function startShipping(topic: string): Shipping {
    const folder = join(dir, topic);
    const reports: Report[] = [];
    const spooled: Spool = spool({ dir: folder });
    const to = [kafka({ brokers: first, topic })];
    const shipper = startShipper({ dir: folder, to, onReport: (report) => reports.push(report) });
    onTestFinished(async () => {
      await spooled.close(0);
      await shipper.stop(0);
    });
    let count = 0;
    return {
      shipper,
      reports,
      write(isTraced = true) {
        for (const end = count + PORTION; count < end; count++) {
          const trace = isTraced ? { trace_id: (count % 50).toString(16).padStart(32, '7') } : {};
          spooled.write(`${JSON.stringify({ n: count, ...trace })}\n`);
        }
        return count;
      },
      stored: () => shipper.stats()['kafka']?.stored,
    };
  }

  async function numbers(topic: string, count: number): Promise<number[]> {
    const messages = await readTopic(first, topic, count);
    return messages.map(({ text }) => (JSON.parse(text) as { n: number }).n);
  }

  const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  it('gets every line while one of them ends and the other takes over', async () => {
    const { write, stored, shipper } = startShipping('both');
    const before = write();
    await vi.waitFor(() => expect(stored()).toBe(before), UNTIL);
    write();
    await stopOther();
    const count = write();
    await vi.waitFor(() => expect(stored()).toBe(count), UNTIL);
    expect(shipper.stats()['kafka']).toMatchObject({ rejected: 0, lagBytes: 0 });
    expect(new Set(await numbers('both', count))).toEqual(new Set(upTo(count)));
  });

  it('makes the lines of partitions without a leader wait, and gets the others', async () => {
    await stopOther();
    await untilLeaderless('one');
    const { write, stored, reports } = startShipping('one');
    const untraced = write(false);
    await vi.waitFor(() => expect(stored()).toBe(untraced), UNTIL);
    const some = write();
    await vi.waitFor(() => expect(stored()).toBeGreaterThan(untraced), UNTIL);
    expect(stored()).toBeLessThan(some);
    await vi.waitFor(
      () =>
        expect(reports[0]).toMatchObject({
          what: 'retrying',
          message: 'kafka: LEADER_NOT_AVAILABLE; lines wait in the spool',
        }),
      UNTIL,
    );
    const count = write();
    other = await startOther();
    await vi.waitFor(() => expect(stored()).toBe(count), UNTIL);
    expect(deadLetters(join(dir, 'one'), 'kafka')).toEqual([]);
    expect(new Set(await numbers('one', count))).toEqual(new Set(upTo(count)));
  });

  it('has each line once when a node starts again between two batches', async () => {
    const { write, stored } = startShipping('still');
    const before = write();
    await vi.waitFor(() => expect(stored()).toBe(before), UNTIL);
    await stopOther();
    other = await startOther();
    const count = write();
    await vi.waitFor(() => expect(stored()).toBe(count), UNTIL);
    const found = await numbers('still', count);
    expect(found.toSorted((a, b) => a - b)).toEqual(upTo(count));
  });
});
