import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

/** Runs on Java 17. */
const VERSION = '4.4.0';
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>spanline</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/** Jars of Kafka, from Maven Central. */
export function fetchKafka(): Promise<string | undefined> {
  return fetched(`kafka-${VERSION}`, async (folder) => {
    const pom = join(folder, 'pom.xml');
    writeFileSync(pom, POM);
    await run('java', ['-version']);
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`];
    await run('mvn', ['-B', '-q', '-f', pom, ...copy]);
  });
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** An empty Kafka of one node, without ZooKeeper, that creates no topic by itself. The log says its id, so that is the port. */
export async function startKafka(files: string, port: number): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-kafka-'));
  const controller = await freePort();
  const settings = join(folder, 'server.properties');
  const lines = [
    'process.roles=broker,controller',
    `node.id=${port}`,
    `controller.quorum.voters=${port}@127.0.0.1:${controller}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${join(folder, 'data')}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'offsets.topic.num.partitions=1',
  ];
  writeFileSync(settings, lines.join('\n'));
  const java = ['java', '-Xms256m', '-Xmx512m', '-cp', join(files, 'lib', '*')];
  const [command = '', ...args] = java;
  await run(command, [...args, 'kafka.tools.StorageTool', 'format', '-t', 'c3BhbmxpbmUta2Fma2EtMQ', '-c', settings]);
  return startServer({
    name: 'Kafka',
    folder,
    command: [...java, 'kafka.Kafka', settings],
    ready: /nodeId=(\d+)\] Kafka Server started/,
  });
}
