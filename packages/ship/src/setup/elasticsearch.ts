import { checkKeys, failOption } from '../sinks/spec.ts';
import { lifecycleRequest } from './lifecycle.ts';
import { analysisOf, mappingsOf } from './mappings.ts';
import type { Flavour, SetupProfile } from './names.ts';
import { pipelineOf } from './pipeline.ts';
import type { SetupRequest } from './request.ts';
import { roleRequests } from './roles.ts';

/** Options of {@link elasticsearchSetup}. */
export interface ElasticsearchSetupOptions {
  flavour: Flavour;
  /** Where the sink sends lines: its `index`. @defaultValue `logs-spanline-default` */
  dataStream?: string;
  /** How long a document is kept after its backing index was rolled over, which happens after 7 days at most. @defaultValue 30 */
  retentionDays?: number;
  /** Spelling of the documents: the sink's `profile`. @defaultValue `ecs` */
  profile?: SetupProfile;
  /** A second, restricted stream for the `span.content` lines of `createTracer({ content: { destination } })`. */
  content?: { dataStream: string };
  /** Also the roles `…-read-metadata` and `…-read-content`. @defaultValue false */
  roles?: boolean;
}

/** A stream, with what is installed for it. */
interface Stream {
  readonly dataStream: string;
  /** Of templates and policies. */
  readonly name: string;
  readonly pattern: string;
  readonly priority: number;
}

const KEYS = ['flavour', 'dataStream', 'retentionDays', 'profile', 'content', 'roles'];
/** Names that a data stream may have; those that begin with `.` are the system's. */
const STREAM = /^[a-z0-9][^\s"*\\<>|,/?#:A-Z]{0,99}$/;
const FAMILY = 'logs-spanline';
const MAX_DAYS = 36_500;
/** Elastic's own template of `logs-*-*` has 100. */
const PRIORITY = 500;
const TOTAL_FIELDS = 1000;

function checkStream(option: string, name: unknown): string {
  if (typeof name !== 'string' || !STREAM.test(name)) return failOption(option, 'the name of a data stream', name);
  // Its template would replace the family's.
  return name === FAMILY ? failOption(option, `a name of its own, such as ${FAMILY}-default`, name) : name;
}

function checkDays(days: unknown): number {
  if (Number.isSafeInteger(days) && (days as number) >= 1 && (days as number) <= MAX_DAYS) return days as number;
  return failOption('setup.retentionDays', `a whole number of days from 1 to ${MAX_DAYS}`, days);
}

function checkOneOf<Name extends string>(option: string, names: readonly Name[], value: Name): Name {
  return names.includes(value) ? value : failOption(option, names.join(' or '), value);
}

/** All streams of one family share a template; two templates of one pattern and priority exclude each other. */
function streamOf(dataStream: string): Stream {
  return dataStream.startsWith(`${FAMILY}-`)
    ? { dataStream, name: FAMILY, pattern: `${FAMILY}-*`, priority: PRIORITY }
    : { dataStream, name: dataStream, pattern: dataStream, priority: PRIORITY };
}

/** More precise than a family's, so that it wins. */
const contentStreamOf = (dataStream: string): Stream => ({
  dataStream,
  name: dataStream,
  pattern: dataStream,
  priority: PRIORITY + 1,
});

function componentOf(flavour: Flavour, profile: SetupProfile, pipeline: string): Record<string, unknown> {
  const index = {
    final_pipeline: pipeline,
    // Less than half of the disk for lines with content.
    codec: 'best_compression',
    mapping: { total_fields: { limit: TOTAL_FIELDS } },
    ...analysisOf(profile),
  };
  return { template: { settings: { index }, mappings: mappingsOf(flavour, profile) } };
}

/**
 * What a stream's indices are set to beside what all have. OpenSearch keeps counts of one role for another (its request cache does not tell roles apart that see different fields), so that a word
 * of content could be guessed: a stream with content in it has no such cache.
 */
function settingsOf(flavour: Flavour, name: string, hasContent: boolean): Record<string, unknown> | undefined {
  if (flavour === 'elasticsearch') return { index: { lifecycle: { name } } };
  return hasContent ? { index: { requests: { cache: { enable: false } } } } : undefined;
}

function templateRequest(
  { name, pattern, priority }: Stream,
  component: string,
  settings: Record<string, unknown> | undefined,
): SetupRequest {
  const body = {
    index_patterns: [pattern],
    data_stream: {},
    priority,
    composed_of: [component],
    ...(settings === undefined ? {} : { template: { settings } }),
  };
  return { method: 'PUT', path: `_index_template/${name}`, body };
}

function streamsOf(options: ElasticsearchSetupOptions): Stream[] {
  const main = streamOf(checkStream('setup.dataStream', options.dataStream ?? `${FAMILY}-default`));
  if (options.content === undefined) return [main];
  checkKeys('setup.content', options.content, ['dataStream']);
  const content = contentStreamOf(checkStream('setup.content.dataStream', options.content.dataStream));
  if (content.dataStream === main.dataStream) {
    failOption('setup.content.dataStream', 'another stream than dataStream', content.dataStream);
  }
  return [main, content];
}

/**
 * The requests that prepare Elasticsearch (7.17, 8, 9) or OpenSearch (2, 3) for the sink `elasticsearch`, in the order to send them: ingest pipeline, lifecycle, component template,
 * index templates, data streams, roles. Every field of the schema has a mapping, texts are searchable by word at any length that the sink sends, and no document is refused for its content: what a mapping
 * would refuse is kept in `spanline.odd`. Sends nothing. Each request can be repeated; for a data stream that exists the answer is 400 `resource_already_exists_exception`, for an ISM
 * policy that exists 409.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { elasticsearchSetup } from '@spanline/ship';
 *
 * for (const { method, path, body } of elasticsearchSetup({ flavour: 'opensearch', retentionDays: 14 })) {
 *   console.log(method, path, JSON.stringify(body));
 * }
 * ```
 */
export function elasticsearchSetup(options: ElasticsearchSetupOptions): SetupRequest[] {
  checkKeys('setup', options, KEYS);
  const flavour = checkOneOf('setup.flavour', ['elasticsearch', 'opensearch'], options.flavour);
  const profile = checkOneOf('setup.profile', ['ecs', 'otel'], options.profile ?? 'ecs');
  const retentionDays = checkDays(options.retentionDays ?? 30);
  const streams = streamsOf(options);
  const [main, content] = streams as [Stream, Stream?];
  const shared = `spanline-${profile}`;
  const roles = { dataStream: main.dataStream, content: content?.dataStream };
  return [
    { method: 'PUT', path: `_ingest/pipeline/${shared}`, body: pipelineOf(profile) },
    ...streams.map((stream) => lifecycleRequest(flavour, { ...stream, retentionDays })),
    { method: 'PUT', path: `_component_template/${shared}`, body: componentOf(flavour, profile, shared) },
    ...streams.map((stream) => {
      return templateRequest(stream, shared, settingsOf(flavour, stream.name, content === undefined));
    }),
    ...streams.map(({ dataStream }): SetupRequest => ({ method: 'PUT', path: `_data_stream/${dataStream}` })),
    ...(options.roles === true ? roleRequests(flavour, profile, roles) : []),
  ];
}
