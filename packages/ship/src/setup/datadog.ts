import { toDatadog } from '@spanline/record';
import { fieldsOf, type Field } from './fields.ts';
import type { SetupRequest } from './request.ts';

/** A facet or measure to create in the Log Explorer. Datadog has no public API for them. */
export interface DatadogFacet {
  /** The attribute as written in a query: `@gen_ai.request.model`. */
  readonly path: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'double';
}

/** Result of {@link datadogSetup}. */
export interface DatadogSetup {
  /** Creates the pipeline. A repetition creates a second one. */
  readonly pipeline: SetupRequest;
  /** Attributes to group and filter by. */
  readonly facets: readonly DatadogFacet[];
  /** Attributes to sum and to take percentiles of. */
  readonly measures: readonly DatadogFacet[];
  /** Create them, then assign each to a role. `metadata` sees no `span.content` lines, `content` sees every line. */
  readonly restrictionQueries: { readonly metadata: SetupRequest; readonly content: SetupRequest };
}

const SPANLINE_LINES = '@spanline.schema:*';
/** Attributes with a remapper of their own, and attributes that cannot be remapped: hosts and sources. */
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

/** Attributes that the profile `datadog` puts a field into. A duration has two. */
const placesOf = (name: string): string[] => leavesOf(toDatadog({ [name]: 0 }));

/** Name of a field in the profile `datadog`. */
const datadogName = (name: string): string => placesOf(name)[0] ?? name;

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
 * Returns the set-up for Datadog. Paths are relative to `https://api.<site>`. It sends nothing.
 *
 * - The pipeline reads time, level, service, message and trace, and maps lines of the profile `otel`, as agents ship
 *   them, to Datadog's standard attributes.
 * - Facets and measures are to be created in the Log Explorer.
 * - Restriction queries keep content from roles that may not read it.
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
    path: `@${datadogName(name)}`,
    type: TYPES[kind] ?? 'string',
  });
  const grouped = fields.filter(({ name, kind }) => {
    return (kind === 'string' || kind === 'boolean') && !RESERVED.has(datadogName(name));
  });
  const measured = fields.filter(({ kind }) => kind === 'integer' || kind === 'number');
  const body = {
    name: 'Spanline',
    is_enabled: true,
    filter: { query: SPANLINE_LINES },
    processors: processors(fields),
  };
  return {
    pipeline: { method: 'POST', path: 'api/v1/logs/config/pipelines', body },
    facets: grouped.map(facetOf),
    measures: measured.map(facetOf),
    restrictionQueries: { metadata: restriction('-@event.name:span.content'), content: restriction('*') },
  };
}
