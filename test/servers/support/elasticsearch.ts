import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProfileName, profileKey } from '@spanline/record';
import { elasticsearchSetup } from '@spanline/ship';
import { fetched, run } from './fetch.ts';
import { SHORT_LIVED } from './java.ts';
import { lend, remove } from './lend.ts';
import { unpack } from './maven.ts';
import { type RunningServer, startServer } from './server.ts';

/** Runs on Java 17. */
export const VERSION = '8.19.0';
const ARTIFACT = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`;
/** Nobody's: Elasticsearch refuses to run as root. */
const UID = '65534';
const SETTINGS = {
  'discovery.type': 'single-node',
  'xpack.security.enabled': 'false',
  'network.host': '127.0.0.1',
  'http.port': '0',
  'transport.port': '0',
  'cluster.routing.allocation.disk.threshold_enabled': 'false',
  'action.auto_create_index': '-missing*,+*',
  'action.destructive_requires_name': 'false',
  'http.max_content_length': '1mb',
};

/** The distribution that Elastic's own tests run on, from Maven Central; without data streams, ILM, painless and most processors and analyzers. */
export function fetchElasticsearch(): Promise<string | undefined> {
  return fetched(`elasticsearch-${VERSION}`, async (folder) => {
    await run('java', ['-version']);
    await unpack(folder, ARTIFACT);
  });
}

async function javaHome(): Promise<string> {
  const said = await run('java', ['-XshowSettings:properties', '-version']);
  return /java\.home = (.+)/.exec(said)?.[1] ?? '';
}

/** Starts a node on its own, with further modules if a folder of them is given. */
export async function startElasticsearch(files: string, modules?: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-elasticsearch-'));
  const home = join(folder, 'elasticsearch');
  cpSync(join(files, `elasticsearch-${VERSION}`), home, { recursive: true });
  if (modules !== undefined) cpSync(modules, join(home, 'modules'), { recursive: true });
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
  const start = [join(home, 'bin', 'elasticsearch'), ...settings];
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await run('chown', ['-R', `${UID}:${UID}`, folder]);
  const unprivileged = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
  return startServer({
    name: 'Elasticsearch',
    folder,
    command: isRoot ? [...unprivileged, ...start] : start,
    env: { ES_JAVA_HOME: await javaHome(), ES_JAVA_OPTS: `-Xms512m -Xmx512m ${SHORT_LIVED}` },
    ready: /HttpServerTransport *\].*publish_address \{127\.0\.0\.1:(\d+)\}/,
  });
}

/** An Elasticsearch that takes bodies of 1 MB, and makes no index by itself whose name begins with `missing`; lent. */
export const borrowElasticsearch: (files: string) => Promise<RunningServer> = lend({
  start: (files) => startElasticsearch(files),
  empty: (url) => remove(url, ['*', '_index_template/*', '_component_template/*']),
});

interface Mappings {
  readonly mappings: {
    readonly properties: Readonly<Record<string, { readonly type: string; readonly analyzer?: string }>>;
  };
}

/** The mappings of the set-up in the words of a profile, without what this distribution has not: modules, analyzers. */
export function plainMappings(
  profile: ProfileName = 'otel',
  flavour: 'elasticsearch' | 'opensearch' = 'elasticsearch',
): Record<string, unknown> {
  const requests = elasticsearchSetup({ flavour, profile: 'otel' });
  const component = requests.find(({ path }) => path.startsWith('_component_template/'))?.body?.[
    'template'
  ] as Mappings;
  const properties = Object.entries(component.mappings.properties).map(([name, { analyzer: _, ...mapping }]) => [
    profileKey(name, profile),
    mapping.type === 'match_only_text' ? { type: 'text' } : mapping,
  ]);
  return { ...component.mappings, properties: Object.fromEntries(properties) as unknown };
}

/**
 * The mappings of trace documents, without what this distribution has not: those of the set-up, and beside them the
 * kinds of field that Elastic's own templates have.
 */
export function plainSpanMappings(): Record<string, unknown> {
  const setup = elasticsearchSetup({ flavour: 'elasticsearch', traces: true });
  const component = setup.find(({ path }) => path === '_component_template/spanline-traces')?.body as {
    template: { mappings: { properties: { attributes: { properties: Record<string, unknown> } } } };
  };
  const { attributes } = component.template.mappings.properties;
  const content = Object.fromEntries(Object.keys(attributes.properties).map((key) => [key, { type: 'text' }]));
  const keyword = { type: 'keyword' };
  return {
    dynamic: false,
    date_detection: false,
    dynamic_templates: [
      { strings: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } } },
    ],
    properties: {
      '@timestamp': { type: 'date' },
      attributes: { ...attributes, properties: content },
      resource: { properties: { attributes: { type: 'passthrough', dynamic: true, priority: 40 } } },
      scope: { properties: { name: keyword, version: keyword } },
      trace_id: keyword,
      span_id: keyword,
      parent_span_id: keyword,
      name: keyword,
      kind: keyword,
      duration: { type: 'long' },
      status: { properties: { code: keyword, message: keyword } },
    },
  };
}
