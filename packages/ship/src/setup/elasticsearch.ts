import { type Check, checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { tracesCheck, type TracesOption, traceStreamOf } from '../contracts/trace-stream.ts';
import { lifecycleRequest } from './lifecycle.ts';
import { analysisOf, mappingsOf } from './mappings.ts';
import type { Flavour, SetupProfile } from './names.ts';
import { pipelineOf } from './pipeline.ts';
import type { SetupRequest } from './request.ts';
import { roleRequests } from './roles.ts';
import { settingsOf } from './stream-settings.ts';
import { traceRequests } from './traces.ts';

/** Options of {@link elasticsearchSetup}. */
export interface ElasticsearchSetupOptions {
  flavour: Flavour;
  /** The `index` of the sink. @defaultValue `logs-spanline-default` */
  dataStream?: string;
  /**
   * Days that a document is kept after the rollover of its backing index, which happens after 7 days at most.
   * @defaultValue 30
   */
  retentionDays?: number;
  /** The `profile` of the sink. @defaultValue `ecs` */
  profile?: SetupProfile;
  /** A second, restricted stream, for the `span.content` lines of `createTracer({ content: { destination } })`. */
  content?: { dataStream: string };
  /**
   * The `traces` of the sink: also set up the stream of trace documents. Elasticsearch has the templates that it needs
   * since 8.16.
   *
   * @defaultValue false
   */
  traces?: boolean | { readonly dataStream: string };
  /** Create a lifecycle policy for each stream. Without it, nothing is deleted. @defaultValue true */
  lifecycle?: boolean;
  /** Also create the roles `…-read-metadata` and `…-read-content`. @defaultValue false */
  roles?: boolean;
}

/** A data stream and its template. */
interface Stream {
  readonly dataStream: string;
  /** Name of the template and of the policy. */
  readonly name: string;
  readonly pattern: string;
  readonly priority: number;
}

/** Names that a data stream may have. Names that start with `.` are reserved. */
const STREAM = /^[a-z0-9][^\s"*\\<>|,/?#:A-Z]{0,99}$/;
const FAMILY = 'logs-spanline';
const MAX_DAYS = 36_500;
/** Elastic's own template for `logs-*-*` has priority 100. */
const PRIORITY = 500;
const TOTAL_FIELDS = 1000;

/** The name of the family itself is refused: its template would replace that of the family. */
function streamCheck(): Check<string> {
  return option.like(
    `the name of a data stream, such as ${FAMILY}-default`,
    (value) => typeof value === 'string' && STREAM.test(value) && value !== FAMILY,
  );
}

const SHAPE: Shape<ElasticsearchSetupOptions> = {
  flavour: option.required(option.oneOf(['elasticsearch', 'opensearch'])),
  dataStream: streamCheck(),
  retentionDays: option.number({ min: 1, max: MAX_DAYS, integer: true }),
  profile: option.oneOf(['ecs', 'otel']),
  content: option.object<{ dataStream: string }>({ dataStream: option.required(streamCheck()) }),
  traces: option.any() as Check<TracesOption>,
  lifecycle: option.boolean(),
  roles: option.boolean(),
};

/** The names of trace streams depend on the engine. */
const TRACES: Readonly<Record<Flavour, Shape<{ traces?: TracesOption }>>> = {
  elasticsearch: { traces: tracesCheck('elastic') },
  opensearch: { traces: tracesCheck('opensearch') },
};

/**
 * All streams of the family `logs-spanline` share a template: two templates with one pattern and priority exclude each
 * other.
 */
function streamOf(dataStream: string): Stream {
  return dataStream.startsWith(`${FAMILY}-`)
    ? { dataStream, name: FAMILY, pattern: `${FAMILY}-*`, priority: PRIORITY }
    : { dataStream, name: dataStream, pattern: dataStream, priority: PRIORITY };
}

/** Its template has a higher priority than that of the family. */
const contentStreamOf = (dataStream: string): Stream => ({
  dataStream,
  name: dataStream,
  pattern: dataStream,
  priority: PRIORITY + 1,
});

function componentOf(flavour: Flavour, profile: SetupProfile, pipeline: string): Record<string, unknown> {
  const index = {
    final_pipeline: pipeline,
    // Lines with content take less than half of the disk space.
    codec: 'best_compression',
    mapping: { total_fields: { limit: TOTAL_FIELDS } },
    ...analysisOf(profile),
  };
  return { template: { settings: { index }, mappings: mappingsOf(flavour, profile) } };
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
  const main = streamOf(options.dataStream ?? `${FAMILY}-default`);
  if (options.content === undefined) return [main];
  const content = contentStreamOf(options.content.dataStream);
  if (content.dataStream === main.dataStream) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'setup.content.dataStream',
      expected: 'another stream than dataStream',
      got: content.dataStream,
    });
  }
  return [main, content];
}

/**
 * Returns the requests that prepare Elasticsearch (7.17, 8, 9) or OpenSearch (2, 3) for the sink `elasticsearch`, in
 * the order to send them: ingest pipeline, lifecycle, component template, index templates, data streams, those of
 * traces, roles. It sends nothing.
 *
 * - Every field of the schema has a mapping.
 * - Texts of any length that the sink sends are searchable by word.
 * - No document is refused for its content: values that a mapping would refuse are kept in `spanline.odd`.
 *
 * Each request can be repeated. A data stream that exists answers 400 `resource_already_exists_exception`, an ISM
 * policy that exists answers 409.
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
  checkOptions(SHAPE, options, 'setup');
  const { flavour, profile = 'ecs', retentionDays = 30, lifecycle = true } = options;
  checkOptions(TRACES[flavour], { traces: options.traces }, 'setup');
  const traces = traceStreamOf(flavour === 'opensearch' ? 'opensearch' : 'elastic', options.traces);
  const streams = streamsOf(options);
  const [main, content] = streams as [Stream, Stream?];
  const shared = `spanline-${profile}`;
  const roles = { dataStream: main.dataStream, content: content?.dataStream, traces: traces?.dataStream };
  return [
    { method: 'PUT', path: `_ingest/pipeline/${shared}`, body: pipelineOf(profile) },
    ...(lifecycle ? streams.map((stream) => lifecycleRequest(flavour, { ...stream, retentionDays })) : []),
    { method: 'PUT', path: `_component_template/${shared}`, body: componentOf(flavour, profile, shared) },
    ...streams.map((stream) => {
      return templateRequest(
        stream,
        shared,
        settingsOf(flavour, lifecycle ? stream.name : undefined, content === undefined),
      );
    }),
    ...streams.map(({ dataStream }): SetupRequest => ({ method: 'PUT', path: `_data_stream/${dataStream}` })),
    ...(traces === undefined
      ? []
      : traceRequests(traces, { retentionDays, lifecycle, hasContent: content === undefined })),
    ...(options.roles === true ? roleRequests(flavour, profile, roles) : []),
  ];
}
