/** The producer of one topic, and its end after a failure. */
import { isIP } from 'node:net';
import { readSecret, type Secret } from '@spanline/remote';
import type { SendResult, SinkBatch, SinkEntry } from '../../contracts/sink.ts';
import { resultOfError } from './outcome.ts';
import type * as Client from './producer.ts';

/** How to reach a topic. Plain data. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly clientId: string;
  readonly basic?: Secret;
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly tls: boolean;
  readonly ca?: string;
  readonly gzip: boolean;
  readonly timeoutMs: number;
}

/** Key and id of a message. */
export interface MessageMeta {
  /** The trace id. */
  readonly key: string | undefined;
  readonly id: string;
}

/** Writes batches to one topic. */
export interface TopicWriter {
  /** Never rejects. */
  send(batch: SinkBatch<MessageMeta>): Promise<SendResult>;
  close(): void;
}

/** The client sends a batch again by itself, under the same sequence number, so that brokers store it once. */
const RETRIES = 2;
const RETRY_DELAY_MS = 200;
/** The leader of a partition that has none. */
const NOBODY = -1;

const isAddress = (broker: string): boolean => isIP(broker.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) !== 0;

function createProducer(
  { TopicProducer }: typeof Client,
  connection: KafkaConnection,
  login: string | undefined,
): Client.TopicProducer {
  const { brokers, clientId, mechanism, tls, ca, gzip, timeoutMs } = connection;
  const at = login?.indexOf(':') ?? 0;
  return new TopicProducer({
    clientId,
    bootstrapBrokers: [...brokers],
    idempotent: true,
    autocreateTopics: false,
    compression: gzip ? 'gzip' : 'none',
    timeout: timeoutMs,
    requestTimeout: timeoutMs,
    retries: RETRIES,
    retryDelay: RETRY_DELAY_MS,
    // Brokers may share an address; the name in the handshake (SNI) identifies one. It is no IP address.
    ...(tls ? { tls: ca === undefined ? {} : { ca }, tlsServerName: !brokers.some(isAddress) } : {}),
    ...(login === undefined
      ? {}
      : { sasl: { mechanism, username: login.slice(0, at), password: login.slice(at + 1) } }),
  });
}

/** Creates the writer. The client is loaded with the first batch. */
export function createTopicWriter(connection: KafkaConnection): TopicWriter {
  const { topic, basic } = connection;
  let producer: Client.TopicProducer | undefined;
  let next = 0;

  /**
   * A batch that failed may be stored all the same. The same producer would give its sequence numbers to other lines,
   * and brokers would take those for the batch that they have, and drop them.
   */
  function end(): void {
    producer?.close(true, () => {});
    producer = undefined;
  }

  /**
   * The lines of a trace go to the partition that other clients of Kafka choose for the key. For other lines, the
   * partitions that have a leader take turns.
   */
  async function partitionsFor(
    entries: readonly SinkEntry<MessageMeta>[],
    { murmur2 }: typeof Client,
    using: Client.TopicProducer,
  ): Promise<number[]> {
    const { topics } = await using.metadata({ topics: [topic] });
    const leaders = topics.get(topic)?.partitions.map(({ leader }) => leader) ?? [];
    const led = [...leaders.keys()].filter((partition) => leaders[partition] !== NOBODY);
    return entries.map(({ meta }) =>
      meta?.key === undefined
        ? (led[next++ % led.length] ?? 0)
        : (murmur2(Buffer.from(meta.key)) & 0x7fffffff) % leaders.length,
    );
  }

  async function produce(
    entries: readonly SinkEntry<MessageMeta>[],
    client: typeof Client,
    using: Client.TopicProducer,
  ): Promise<SendResult> {
    let partitions: readonly number[] = [];
    try {
      partitions = await partitionsFor(entries, client, using);
      await using.send({
        messages: entries.map(({ body, meta }, index) => ({
          topic,
          partition: partitions[index] ?? 0,
          value: body,
          ...(meta?.key === undefined ? {} : { key: Buffer.from(meta.key) }),
          headers: new Map([[Buffer.from('event.id'), Buffer.from(meta?.id ?? '')]]),
        })),
      });
      return { kind: 'stored' };
    } catch (error) {
      return resultOfError(error, partitions);
    }
  }

  return {
    async send({ entries, signal }) {
      const login = basic === undefined ? undefined : readSecret(basic);
      if (basic !== undefined && login === undefined) return { kind: 'pause', reason: 'a key is missing' };
      let client: typeof Client;
      try {
        client = await import('./producer.ts');
      } catch {
        return { kind: 'pause', reason: 'the package @platformatic/kafka is not installed' };
      }
      const using = (producer ??= createProducer(client, connection, login));
      signal.addEventListener('abort', end, { once: true });
      const result = await produce(entries, client, using);
      signal.removeEventListener('abort', end);
      if (result.kind !== 'stored') end();
      return result;
    },
    close: end,
  };
}
