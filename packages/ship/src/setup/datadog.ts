import { toDatadog } from '@spanline/record';
import { fieldsOf, type Field } from './fields.ts';
import type { SetupRequest } from './request.ts';

/** A facet or measure to make in the Log Explorer: Datadog has no public API for them. */
export interface DatadogFacet {
  /** As it is written in a query: `@gen_ai.request.model`. */
  readonly path: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'double';
}

/** What {@link datadogSetup} returns. */
export interface DatadogSetup {
  /** Creates the pipeline; repeated, it makes a second one. */
  readonly pipeline: SetupRequest;
  /** To group and filter by. */
  readonly facets: readonly DatadogFacet[];
  /** To sum and take percentiles of. */
  readonly measures: readonly DatadogFacet[];
  /** Create them, then give each to a role: `metadata` sees no `span.content` lines, `content` sees every line. */
  readonly restrictionQueries: { readonly metadata: SetupRequest; readonly content: SetupRequest };
}

const MINE = '@spanline.schema:*';
/** Each has a remapper of its own, or is none of the line's: hosts and sources cannot be remapped. */
const RESERVED: ReadonlySet<string> = new Set(['status', 'service', 'hostname', 'ddsource']);
const TAGS: ReadonlySet<string> = new Set(['env', 'version']);
const TYPES: Readonly<Record<string, DatadogFacet['type']>> = {
  integer: 'integer',
  number: 'double',
  boolean: 'boolean',
};

function leavesOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null ? leavesOf(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

/** Where the profile `datadog` puts a field: a duration stands in two places. */
const placesOf = (name: string): string[] => leavesOf(toDatadog({ [name]: 0 }));

/** Its name in the profile `datadog`. */
const spelled = (name: string): string => placesOf(name)[0] ?? name;

function remapper(source: string, target: string): Record<string, unknown> {
  return {
    type: 'attribute-remapper',
    name: `${source} is ${target}`,
    is_enabled: true,
    sources: [source],
    source_type: 'attribute',
    target,
    target_type: TAGS.has(target) ? 'tag' : 'attribute',
    preserve_source: true,
    override_on_conflict: false,
  };
}

const special = (type: string, name: string, sources: readonly string[]): Record<string, unknown> => ({
  type,
  name,
  is_enabled: true,
  sources,
});

function processors(fields: readonly Field[]): Record<string, unknown>[] {
  const standard = fields.flatMap(({ name }) =>
    placesOf(name)
      .filter((place) => place !== name && !RESERVED.has(place))
      .map((place) => remapper(name, place)),
  );
  return [
    special('date-remapper', 'Time of the line', ['@timestamp']),
    special('status-remapper', 'Level', ['status', 'level']),
    special('service-remapper', 'Service', ['service', 'service.name']),
    special('message-remapper', 'Message', ['message']),
    special('trace-id-remapper', 'Trace of dd-trace', ['dd.trace_id']),
    ...standard,
  ];
}

function restriction(query: string): SetupRequest {
  const data = { type: 'logs_restriction_queries', attributes: { restriction_query: query } };
  return { method: 'POST', path: 'api/v2/logs/config/restriction_queries', body: { data } };
}

/**
 * What to set up in Datadog for lines of Spanline: a pipeline that reads time, level, service, message and trace, and maps what agents ship in the profile `otel` to Datadog's standard
 * attributes; facets and measures; restriction queries. Paths are below `https://api.<site>`. Sends nothing.
 *
 * @example
 * ```ts
 * import { datadogSetup } from '@spanline/ship';
 *
 * const { pipeline } = datadogSetup();
 * console.log(pipeline.path, JSON.stringify(pipeline.body));
 * ```
 */
export function datadogSetup(): DatadogSetup {
  const fields = fieldsOf('otel');
  const facetOf = ({ name, kind }: Field): DatadogFacet => ({
    path: `@${spelled(name)}`,
    type: TYPES[kind] ?? 'string',
  });
  const grouped = fields.filter(({ name, kind }) => {
    return (kind === 'string' || kind === 'boolean') && !RESERVED.has(spelled(name));
  });
  const measured = fields.filter(({ kind }) => kind === 'integer' || kind === 'number');
  const body = { name: 'Spanline', is_enabled: true, filter: { query: MINE }, processors: processors(fields) };
  return {
    pipeline: { method: 'POST', path: 'api/v1/logs/config/pipelines', body },
    facets: grouped.map(facetOf),
    measures: measured.map(facetOf),
    restrictionQueries: { metadata: restriction('-@event.name:span.content'), content: restriction('*') },
  };
}
