/** A topic of Kafka as a target: options, and lines as messages. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { RedactLine } from '../../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../../contracts/sink.ts';
import { nameCheck, pairCheck, specOf } from '../http-options.ts';
import { idOf } from '../line-format.ts';
import { captureOption, type PolicyOptions, redactOption } from '../line-policy.ts';
import { createProfileWriter, type ProfileOptions, profileOption, type SinkProfile } from '../profile-line.ts';
import { createTopicWriter, type KafkaConnection, type MessageMeta } from './topic-writer.ts';

/** Options of {@link kafka}. With `capture` or `redact`, the profile `as-is` is that of `otel`. */
export interface KafkaOptions extends PolicyOptions {
  /** Addresses of some brokers, as `host:port`, or as one text with commas between them. */
  brokers: string | readonly string[];
  /** It must exist: the sink creates none. @defaultValue `spanline` */
  topic?: string;
  /** Names the sink in checkpoints, dead letters and reports. @defaultValue `kafka` */
  name?: string;
  /** Format of the messages. @defaultValue `as-is` */
  profile?: SinkProfile;
  /** Name of this client in the logs and quotas of the brokers. @defaultValue `spanline` */
  clientId?: string;
  /** User and password, as `user:password`. */
  basic?: Secret;
  /** How user and password are sent. @defaultValue `SCRAM-SHA-512` */
  mechanism?: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  /** Encrypt connections. @defaultValue `true` with `ca`, else `false` */
  tls?: boolean;
  /** PEM certificate of the authority that signed the certificates of the brokers. */
  ca?: string;
  /** Compress messages. @defaultValue true */
  gzip?: boolean;
  /** Longest time in milliseconds that a broker may take to store messages. @defaultValue 30,000 */
  timeoutMs?: number;
}

interface KafkaConfig extends ProfileOptions {
  readonly connection: KafkaConnection;
}

const BROKER = /^(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i;
const DEFAULT_TIMEOUT_MS = 30_000;
/**
 * A broker takes batches of 1 MiB by default, with keys and headers. One batch is under way at a time: that keeps the
 * order of a trace.
 */
const LIMITS = { bytes: 900_000, entries: 1000, lingerMs: 500, concurrency: 1 };

const listOf = (brokers: string | readonly string[]): string[] =>
  (typeof brokers === 'string' ? brokers.split(',') : [...brokers]).map((broker) => broker.trim());

function areBrokers(value: unknown): boolean {
  if (typeof value !== 'string' && !Array.isArray(value)) return false;
  const brokers = typeof value === 'string' ? value.split(',') : (value as unknown[]);
  return brokers.length > 0 && brokers.every((broker) => typeof broker === 'string' && BROKER.test(broker.trim()));
}

const SHAPE: Shape<KafkaOptions> = {
  brokers: option.required(option.like('host:port of some brokers', areBrokers)),
  topic: option.like('letters, digits, ., - and _', (value) => /^[\w.-]{1,249}$/.test(String(value))),
  name: nameCheck(),
  profile: profileOption,
  clientId: option.like('letters, digits, ., - and _', (value) => /^[\w.-]{1,249}$/.test(String(value))),
  basic: pairCheck('user:password'),
  mechanism: option.oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
  tls: option.boolean(),
  ca: option.secret(
    option.like('a certificate in PEM, not its path', (value) => String(value).includes('-----BEGIN ')),
  ),
  gzip: option.boolean(),
  timeoutMs: option.number({ min: 1, integer: true }),
  capture: captureOption,
  redact: redactOption,
};

/**
 * Sends each line as a message to a topic of Kafka 3.5 or newer, with the package `@platformatic/kafka`. The key is the
 * trace id, so that the lines of one trace are in one partition, in order. The header `event.id` is the line's id. All
 * replicas in sync store a message before it counts as stored.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { kafka } from '@spanline/ship';
 *
 * const sink = kafka({ brokers: ['kafka-1:9093'], topic: 'llm-traces', tls: true, basic: { env: 'KAFKA_BASIC' } });
 * ```
 */
export function kafka(options: KafkaOptions): SinkSpec {
  checkOptions(SHAPE, options, 'kafka');
  const { brokers, name = 'kafka', profile = 'as-is', capture = 'full', basic, ca } = options;
  const connection: KafkaConnection = {
    brokers: listOf(brokers),
    topic: options.topic ?? 'spanline',
    clientId: options.clientId ?? 'spanline',
    mechanism: options.mechanism ?? 'SCRAM-SHA-512',
    tls: options.tls ?? ca !== undefined,
    gzip: options.gzip ?? true,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...(basic === undefined ? {} : { basic }),
    ...(ca === undefined ? {} : { ca }),
  };
  const config: KafkaConfig = { connection, profile, capture };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

/** Creates the sink from the options of its spec. @public */
export function createSink({ connection, ...profile }: KafkaConfig, redact?: RedactLine): Sink<MessageMeta> {
  const write = createProfileWriter(profile, redact);
  const writer = createTopicWriter(connection);
  return {
    limits: LIMITS,
    encode(line) {
      const result = write(line);
      if (result.kind !== 'line') return result;
      const { parsed, body } = result;
      return { kind: 'entry', parts: [body], meta: { key: parsed.record.trace_id, id: idOf(parsed, line) } };
    },
    send: (batch) => writer.send(batch),
    close: () => writer.close(),
  };
}
