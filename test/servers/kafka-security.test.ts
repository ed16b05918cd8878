import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { kafka, type KafkaOptions, type Report, spool, startShipper } from '@spanline/ship';
import { type Certificate, selfSigned } from '../../packages/ship/test/support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { KAFKA_LOGIN, readTopic, startKafka } from './support/kafka.ts';
import type { RunningServer } from './support/server.ts';
import { ship } from './support/ship.ts';

const { kafka: files } = inject('servers');

const UNTIL = { timeout: 60_000, interval: 50 };
const basic = `${KAFKA_LOGIN.user}:${KAFKA_LOGIN.password}`;

describe.skipIf(files === undefined)('Kafka that lets in who signs in over TLS', () => {
  let server: RunningServer | undefined;
  let open = '';
  let brokers = '';
  let dir = '';
  let certificate: Certificate;

  beforeAll(async () => {
    const [port, secure] = [await freePort(), await freePort()];
    open = `127.0.0.1:${port}`;
    brokers = `127.0.0.1:${secure}`;
    dir = mkdtempSync(join(tmpdir(), 'spanline-kafka-test-'));
    certificate = selfSigned([127, 0, 0, 1]);
    server = await startKafka(files as string, { port, secure: { port: secure, ...certificate } });
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [open] });
    await admin.createTopics({ topics: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], partitions: 2, replicas: 1 });
    await admin.close();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function fill(name: string): Promise<string> {
    const folder = join(dir, name);
    const spooled = spool({ dir: folder });
    for (const n of [1, 2, 3]) spooled.write(`{"n":${n}}\n`);
    await spooled.close(0);
    return folder;
  }

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('takes lines by %s', async (mechanism) => {
    const to = kafka({ brokers, topic: mechanism, basic, mechanism, ca: certificate.cert });
    const { stats } = await ship({ dir: await fill(mechanism), to: [to] });
    expect(stats['kafka']).toMatchObject({ stored: 3, rejected: 0, retries: 0 });
    const messages = await readTopic(open, mechanism, 3);
    expect(messages.map(({ text }) => text).toSorted()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  /** The first report of a sink with wrong options, and what became of the lines. */
  async function refused(options: Partial<KafkaOptions>): Promise<Report | undefined> {
    const reports: Report[] = [];
    const shipper = startShipper({
      dir: await fill(`wrong-${Math.random()}`),
      to: [kafka({ brokers, topic: 'PLAIN', timeoutMs: 3000, basic, ca: certificate.cert, ...options })],
      onReport: (report) => reports.push(report),
    });
    onTestFinished(() => shipper.stop(0));
    await vi.waitFor(() => expect(reports).not.toEqual([]), UNTIL);
    expect(shipper.stats()['kafka']).toMatchObject({ stored: 0, rejected: 0 });
    expect(JSON.stringify(reports)).not.toContain('secret');
    return reports[0];
  }

  it.each<[what: string, wrong: Partial<KafkaOptions>]>([
    ['another password', { basic: 'ada:secret' }],
    ['another password with PLAIN', { basic: 'ada:secret', mechanism: 'PLAIN' }],
    ['another user', { basic: 'eve:secret' }],
  ])('makes lines wait for an operator: %s', async (_, wrong) => {
    expect(await refused(wrong)).toMatchObject({ what: 'paused', level: 'error' });
  });

  it.each<[what: string, wrong: Partial<KafkaOptions>, reason: RegExp]>([
    ['an authority that did not sign', { ca: selfSigned([127, 0, 0, 1]).cert }, /CERT/],
    ['the port of TLS without TLS', { tls: false }, /NETWORK/],
  ])('makes lines wait: %s', async (_, wrong, reason) => {
    const report = await refused(wrong);
    expect(report?.message).toMatch(reason);
  });

  it('makes lines wait for an operator: TLS on a port without it', async () => {
    expect(await refused({ brokers: open })).toMatchObject({ what: 'paused', level: 'error' });
  });
});
