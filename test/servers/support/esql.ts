import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startElasticsearch, VERSION } from './elasticsearch.ts';
import { fetched, run } from './fetch.ts';
import { lend, remove } from './lend.ts';
import { copyJars } from './maven.ts';
import type { RunningServer } from './server.ts';

const ANTLR = '4.13.1';
const LUCENE = '9.12.2';
const ESQL = ['x-pack-esql', 'x-pack-esql-compute'];
const CORE = 'x-pack-esql-core';

/** Classes of modules that Maven Central does not have: the engine names them, and its queries of tests need none. */
const ABSENT: Readonly<Record<string, string>> = {
  'org/elasticsearch/dissect/DissectException.java':
    'package org.elasticsearch.dissect; public abstract class DissectException extends RuntimeException { DissectException(String text) { super(text); } }',
  'org/elasticsearch/dissect/DissectParser.java': 'package org.elasticsearch.dissect; public class DissectParser { }',
  'org/elasticsearch/xpack/versionfield/Version.java':
    'package org.elasticsearch.xpack.versionfield; public class Version { }',
  'org/elasticsearch/xpack/esql/arrow/ArrowFormat.java': `package org.elasticsearch.xpack.esql.arrow;
    import java.util.Map; import java.util.Set; import org.elasticsearch.xcontent.MediaType;
    public class ArrowFormat implements MediaType {
      public static final ArrowFormat INSTANCE = new ArrowFormat();
      public String queryParameter() { return "arrow"; }
      public Set<MediaType.HeaderValue> headerValues() {
        return Set.of(new MediaType.HeaderValue("application/vnd.apache.arrow.stream", Map.of()));
      }
    }`,
};

/** A module: its jars, and the description that its own jar holds. */
async function writeModule(folder: string, name: string, jars: readonly string[], extended?: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const jar of jars) cpSync(jar, join(folder, jar.split('/').at(-1) ?? ''));
  const [own = ''] = jars;
  const text = await run('unzip', ['-p', own, `META-INF/es-plugins/${name}/plugin-descriptor.properties`]);
  const described =
    extended === undefined ? text : text.replace(/^extended\.plugins=.*$/m, `extended.plugins=${extended}`);
  writeFileSync(join(folder, 'plugin-descriptor.properties'), described);
}

/** The engine of ES|QL, from Maven Central, as modules for the Elasticsearch whose files are given. */
export function fetchEsql(elasticsearch: string): Promise<string | undefined> {
  return fetched(`esql-${VERSION}`, async (folder) => {
    const plugins = [...ESQL, CORE].map((name) => `org.elasticsearch.plugin:${name}:${VERSION}`);
    const libraries = [`org.antlr:antlr4-runtime:${ANTLR}`, `org.apache.lucene:lucene-spatial3d:${LUCENE}`];
    await copyJars(folder, [...plugins, ...libraries], { to: 'jars', isAlone: true });
    const jars = join(folder, 'jars');
    const sources = join(folder, 'absent');
    for (const [path, text] of Object.entries(ABSENT)) {
      mkdirSync(dirname(join(sources, path)), { recursive: true });
      writeFileSync(join(sources, path), text);
    }
    const lib = join(elasticsearch, `elasticsearch-${VERSION}`, 'lib', '*');
    await run('javac', ['-cp', lib, ...Object.keys(ABSENT).map((path) => join(sources, path))]);
    const absent = join(jars, 'absent.jar');
    await run('jar', ['cf', absent, '-C', sources, '.']);
    const jarsOf = (names: readonly string[]): string[] =>
      names.map((name) => join(jars, readdirSync(jars).find((file) => file.startsWith(`${name}-${VERSION}`)) ?? name));
    const modules = join(folder, 'modules');
    const antlr = join(jars, `antlr4-runtime-${ANTLR}.jar`);
    const spatial = join(jars, `lucene-spatial3d-${LUCENE}.jar`);
    await writeModule(join(modules, CORE), CORE, [...jarsOf([CORE]), antlr, absent]);
    await writeModule(join(modules, 'x-pack-esql'), 'x-pack-esql', [...jarsOf(ESQL), spatial], CORE);
  });
}

/** An Elasticsearch that answers ES|QL, lent. Its files and those of {@link fetchEsql} are there. */
export const borrowEsql: (elasticsearch: string) => Promise<RunningServer> = lend({
  async start(elasticsearch) {
    return startElasticsearch(elasticsearch, join((await fetchEsql(elasticsearch)) ?? '', 'modules'));
  },
  empty: (url) => remove(url, ['*']),
});
