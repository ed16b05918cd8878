import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consumer, MessagesStreamModes } from '@platformatic/kafka';
import { freePort } from '../../support/free-port.ts';
import { fetched, run } from './fetch.ts';
import { SHORT_LIVED } from './java.ts';
import { copyJars } from './maven.ts';
import { type RunningServer, startServer } from './server.ts';

/** Runs on Java 17. */
const VERSION = '4.4.0';
const JARS = [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.slf4j:slf4j-simple:1.7.36'];

/** Jars of Kafka, from Maven Central. */
export function fetchKafka(): Promise<string | undefined> {
  return fetched(`kafka-${VERSION}`, async (folder) => {
    await run('java', ['-version']);
    await copyJars(folder, JARS);
  });
}

/** Names of users and their password. */
export const KAFKA_LOGIN = { user: 'ada', password: 'sec:ret' } as const;

/** How to start a node. */
export interface KafkaNode {
  readonly port: number;
  /** Its data, which outlives it. @defaultValue a folder that goes with it */
  readonly data?: string;
  /** The node that leads the cluster: its own port and that for other nodes. @defaultValue this node */
  readonly controller?: { readonly node: number; readonly port: number };
  /** Another port, for users who sign in over TLS, and what the node shows there. */
  readonly secure?: { readonly port: number; readonly key: string; readonly cert: string };
}

const JAVA = ['-Xms128m', '-Xmx384m', SHORT_LIVED, '-cp'];
const SASL = 'org.apache.kafka.common.security';

/** Users sign in with PLAIN or SCRAM over TLS. */
function secureLines(folder: string, { key, cert }: Exclude<KafkaNode['secure'], undefined>): string[] {
  const store = join(folder, 'key-store.pem');
  writeFileSync(store, `${key}${cert}`);
  const own = 'listener.name.secure';
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
  const { user, password } = KAFKA_LOGIN;
  return [
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${store}`,
    `sasl.enabled.mechanisms=PLAIN,${scram.join(',')}`,
    `${own}.plain.sasl.jaas.config=${SASL}.plain.PlainLoginModule required user_${user}="${password}";`,
    ...scram.map((name) => `${own}.${name.toLowerCase()}.sasl.jaas.config=${SASL}.scram.ScramLoginModule required;`),
  ];
}

/** A node of Kafka, without ZooKeeper, that creates no topic by itself. The log says its id, so that is the port. */
export async function startKafka(files: string, node: KafkaNode): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-kafka-'));
  const { port, data = join(folder, 'data'), controller = { node: port, port: await freePort() }, secure } = node;
  const leads = controller.node === port;
  const settings = join(folder, 'server.properties');
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    ...(secure === undefined ? [] : [`SECURE://127.0.0.1:${secure.port}`]),
  ];
  const lines = [
    `process.roles=${leads ? 'broker,controller' : 'broker'}`,
    `node.id=${port}`,
    `controller.quorum.voters=${controller.node}@127.0.0.1:${controller.port}`,
    `listeners=${[...listeners, ...(leads ? [`CONTROLLER://127.0.0.1:${controller.port}`] : [])].join(',')}`,
    `advertised.listeners=${listeners.join(',')}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    `log.dirs=${data}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'offsets.topic.num.partitions=1',
    ...(secure === undefined ? [] : secureLines(folder, secure)),
  ];
  writeFileSync(settings, lines.join('\n'));
  const args = [...JAVA, join(files, 'lib', '*')];
  const { user, password } = KAFKA_LOGIN;
  const users =
    secure === undefined
      ? []
      : ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((name) => [
          '--add-scram',
          `${name}=[name=${user},password=${password}]`,
        ]);
  const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', 'c3BhbmxpbmUta2Fma2EtMQ'];
  await run('java', [...args, ...format, '-c', settings, ...users]);
  return startServer({
    name: 'Kafka',
    folder,
    command: ['java', ...args, 'kafka.Kafka', settings],
    ready: /nodeId=(\d+)\] Kafka Server started/,
  });
}

/** A message of a topic. */
export interface Message {
  readonly key: string | undefined;
  readonly partition: number;
  readonly id: string | undefined;
  readonly text: string;
}

/** Messages of a topic, from its start, until so many different texts were there. */
export async function readTopic(broker: string, topic: string, count: number): Promise<Message[]> {
  const consumer = new Consumer({ groupId: `read-${topic}`, clientId: 'test', bootstrapBrokers: [broker] });
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, maxWaitTime: 100 });
  const messages: Message[] = [];
  const texts = new Set<string>();
  for await (const { key, partition, headers, value } of stream) {
    const id = [...headers].find(([name]) => name.toString() === 'event.id')?.[1].toString();
    messages.push({ key: key?.toString(), partition, id, text: value.toString() });
    if (texts.add(value.toString()).size >= count) break;
  }
  await consumer.close(true);
  return messages;
}
