import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import {
  kGetConnection,
  kPerformWithRetry,
  MultipleErrors,
  NetworkError,
  ProtocolError,
  ResponseError,
  UserError,
} from '@platformatic/kafka';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseLine } from '@spanline/record';
import { kafka, type KafkaOptions, type SourceLine } from '@spanline/ship';
import { resultOfError } from '../src/sinks/kafka/outcome.ts';
import { TopicProducer } from '../src/sinks/kafka/producer.ts';
import { selfSigned } from './support/certificate.ts';
import { deadLetters, leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { trace } from './support/lines.ts';

const PRODUCE = 0;
const [NONE, TOO_LARGE, NOT_LEADER, DENIED, TWICE, INVALID] = [0, 10, 6, 29, 46, 87];

/** The error of a request that brokers answered, as the client makes it: a code for each partition. */
function answered(
  codes: Readonly<Record<number, number>>,
  recordErrors: readonly { batchIndex: number }[] = [],
): Error {
  const partitionResponses = Object.entries(codes).map(([index, errorCode]) => ({
    index: Number(index),
    errorCode,
    recordErrors: errorCode === INVALID ? recordErrors : [],
  }));
  const failed = partitionResponses.filter(({ errorCode }) => errorCode !== NONE);
  const errors = Object.fromEntries(
    failed.map(
      ({ index, errorCode }) =>
        [`/responses/0/${index}`, [errorCode, 'it said: my secret']] as [string, [number, string]],
    ),
  );
  return new ResponseError(PRODUCE, 9, errors, { responses: [{ name: 'lines', partitionResponses }] });
}

const failed = (...errors: Error[]): Error => new MultipleErrors('Producing messages failed.', errors);
const kinds = (result: ReturnType<typeof resultOfError>): unknown =>
  result.kind === 'items' ? result.items.map(({ kind }) => kind) : result.kind;

describe('an error of the client for Kafka', () => {
  it.each<[what: string, error: unknown, partitions: number[], expected: unknown]>([
    ['no connection', failed(new NetworkError('Connection refused.')), [], 'retry'],
    ['a broker that ends during the batch', failed(new NetworkError('Closed.')), [0, 1], 'retry'],
    ['nothing known', 'strange', [0], 'retry'],
    ['a new leader', failed(answered({ 0: NOT_LEADER })), [0, 0], 'retry'],
    ['a topic that may not be written', failed(answered({ 0: DENIED })), [0, 0], 'pause'],
    ['a topic that is not there', failed(new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION')), [], 'pause'],
    ['a batch that is too large', failed(answered({ 0: TOO_LARGE })), [0, 0], 'split'],
    [
      'one partition of two that is too large',
      answered({ 0: NONE, 1: TOO_LARGE }),
      [0, 1, 0],
      ['stored', 'reject', 'stored'],
    ],
    [
      'several lines of a partition that is too large',
      answered({ 0: NONE, 1: TOO_LARGE }),
      [1, 0, 1],
      ['retry', 'stored', 'retry'],
    ],
    ['a partition without a leader', answered({ 0: NONE, 1: NOT_LEADER }), [0, 1], ['stored', 'retry']],
    [
      'no answer for one partition',
      failed(answered({ 0: TWICE, 2: NOT_LEADER })),
      [0, 1, 2],
      ['stored', 'retry', 'retry'],
    ],
    ['a record that is named', answered({ 3: INVALID }, [{ batchIndex: 1 }]), [3, 3, 3], ['retry', 'reject', 'retry']],
    [
      'a broker that is gone, while another has stored its part',
      Object.assign(failed(new NetworkError('Connection refused.')), { produced: { offsets: [{ partition: 1 }] } }),
      [0, 1, 1],
      ['retry', 'stored', 'stored'],
    ],
    [
      'several attempts, of which one stored a partition',
      failed(
        new MultipleErrors('produce failed twice', [
          answered({ 0: NONE, 1: NOT_LEADER }),
          answered({ 0: NOT_LEADER, 1: NOT_LEADER }),
        ]),
      ),
      [0, 1],
      ['stored', 'retry'],
    ],
  ])('means what the brokers did: %s', (_, error, partitions, expected) => {
    const result = resultOfError(error, partitions);
    expect(kinds(result)).toEqual(expected);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it('names the reason', () => {
    expect(resultOfError(failed(answered({ 0: TOO_LARGE })), [0])).toMatchObject({ reason: 'MESSAGE_TOO_LARGE' });
    expect(resultOfError(new UserError('Unknown topic lines.'), [])).toEqual({
      kind: 'pause',
      reason: 'the topic does not exist',
    });
  });
});

describe('a producer of which a partition has no leader', () => {
  const METADATA = 3;
  const producer = (): TopicProducer =>
    new TopicProducer({ clientId: 'test', bootstrapBrokers: ['a:9092'], retries: 0 });

  it.each<[what: string, path: string, isAccepted: boolean]>([
    ['accepts a description of the topic that says so', '/topics/0/partitions/3', true],
    ['accepts no topic that is not there', '/topics/0', false],
  ])('%s', async (_, path, isAccepted) => {
    const described = { topics: [] };
    const refusal = new ResponseError(METADATA, 12, { [path]: [5, null] }, described);
    const [error, answer] = await new Promise<unknown[]>((resolve) => {
      void producer()[kPerformWithRetry](
        'metadata',
        (done) => done(refusal),
        (...all: unknown[]) => resolve(all),
      );
    });
    expect(error).toBe(isAccepted ? null : refusal);
    expect(answer).toBe(isAccepted ? described : undefined);
  });

  it('fails for this partition', async () => {
    const error = await new Promise((resolve) => {
      producer()[kGetConnection](undefined, resolve);
    });
    expect(resultOfError(error, [0])).toEqual({ kind: 'retry', reason: 'LEADER_NOT_AVAILABLE' });
  });
});

describe('a line for Kafka', () => {
  const encode = (text: string, options: Partial<KafkaOptions> = {}): unknown => {
    const { createSink, options: config } = kafka({ brokers: 'localhost:9092', ...options });
    const bytes = Buffer.from(text);
    const line: SourceLine = { bytes, source: 's', file: 'f', offset: 0, torn: false };
    return createSink(config as never).encode(line);
  };

  it('is sent as it is, under its trace id, with its own id', () => {
    const [line = ''] = trace('ecs');
    const { record } = parseLine(line) ?? {};
    const meta = { key: record?.trace_id, id: record?.['event.id'] };
    expect(record?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(encode(line)).toEqual({ kind: 'entry', parts: [Buffer.from(line)], meta });
    expect(encode('{"msg":"of another logger"}')).toMatchObject({
      meta: { key: undefined, id: expect.any(String) as string },
    });
    expect(encode('no JSON')).toMatchObject({ kind: 'reject' });
  });

  it('is converted where another profile, or less, is asked for', () => {
    const [line = ''] = trace('otel');
    expect(JSON.stringify(encode(line, { profile: 'ecs' }))).toContain(String.raw`\"ecs.version\"`);
    expect(line).toContain('Where is it?');
    expect(JSON.stringify(encode(line, { capture: 'metadata' }))).not.toContain('Where is it?');
  });

  it.each<[option: string, wrong: Record<string, unknown>]>([
    ['kafka.brokers', { brokers: [] }],
    ['kafka.brokers', { brokers: 'localhost' }],
    ['kafka.brokers', { brokers: ['kafka://a:9092'] }],
    ['kafka.topic', { topic: 'a/b' }],
    ['kafka.mechanism', { mechanism: 'GSSAPI' }],
    ['kafka.basic', { basic: 'password' }],
    ['kafka.acks', { acks: 1 }],
  ])('is not sent with wrong options: %s', (option, wrong) => {
    expect(() => kafka({ brokers: 'a:9092', ...wrong })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', option }) as Error,
    );
  });

  it.each([
    ['localhost', 'localhost'],
    ['127.0.0.1', false],
  ])('asks for the broker by its name in the handshake of TLS: %s', async (host, expected) => {
    const asked: unknown[] = [];
    const server = createServer(selfSigned([127, 0, 0, 1]));
    // Also where the client does not trust the certificate, the server knows whom it asked for.
    server.on('connection', (socket) => socket.on('error', () => {}));
    server.on('tlsClientError', (_, socket) => void asked.push(socket.servername || false));
    server.on('secureConnection', (socket) => {
      asked.push(socket.servername);
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, host, resolve);
    });
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const root = temporaryFolder();
    leave(root, spanLines(1));
    ship(root, kafka({ brokers: `${host}:${port}`, timeoutMs: 1000, tls: true }));
    await expect.poll(() => asked[0]).toBe(expected);
  });

  it('waits while no broker can be reached', async () => {
    const root = temporaryFolder();
    leave(root, spanLines(3));
    const { engine, reports } = ship(root, kafka({ brokers: '127.0.0.1:1', timeoutMs: 1000 }));
    await expect.poll(() => reports.length).toBeGreaterThan(0);
    expect(reports[0]).toMatchObject({ what: 'retrying', message: 'kafka: ECONNREFUSED; lines wait in the spool' });
    expect(engine.stats()['kafka']).toMatchObject({ stored: 0, rejected: 0 });
    expect(deadLetters(root, 'kafka')).toEqual([]);
  });
});
