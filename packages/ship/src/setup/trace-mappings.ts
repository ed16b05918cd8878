/** Mappings of trace documents: those of OpenSearch whole, those of Elasticsearch beside Elastic's own. */
import { attributeKeys, indexKind, MAX_TERM_CHARACTERS } from '@spanline/record';
import { familiesOf } from './fields.ts';
import { analysisOf, mappingOf } from './mappings.ts';

type Mapping = Readonly<Record<string, unknown>>;

const KEYWORD: Mapping = { type: 'keyword', ignore_above: MAX_TERM_CHARACTERS };
const LONG: Mapping = { type: 'long' };
const NANOS: Mapping = { type: 'date_nanos' };
const INTEGER: Mapping = { type: 'integer' };
const TEXT: Mapping = { type: 'text' };
/** Words of other tracers for the kind of a step, which spans have as well. */
const KINDS_OF_OTHERS = ['openinference.span.kind', 'langsmith.span.kind'];

/** A prompt of any length is searchable by word: a keyword would refuse it, or not index it. */
function attributesOf(): Record<string, Mapping> {
  const keys = attributeKeys(({ otlp }) => otlp === undefined);
  const mapped = keys.map((key) => [key, mappingOf(indexKind(key), 'opensearch', 'otel')] as const);
  const families = familiesOf().map((name) => [name, { type: 'flat_object' }] as const);
  return {
    ...Object.fromEntries(mapped),
    ...Object.fromEntries(KINDS_OF_OTHERS.map((key) => [key, KEYWORD])),
    ...Object.fromEntries(families),
  };
}

const resourceOf = (): Record<string, Mapping> =>
  Object.fromEntries(
    attributeKeys(({ otlp }) => otlp === 'resource').map((key) => [
      key,
      mappingOf(indexKind(key), 'opensearch', 'otel'),
    ]),
  );

/** Settings and mappings of `otel-v1-apm-span-*`. */
export function openSearchSpanTemplate(): Record<string, unknown> {
  const exception = { 'exception.type': KEYWORD, 'exception.message': TEXT, 'exception.stacktrace': TEXT };
  return {
    settings: {
      index: { codec: 'best_compression', mapping: { total_fields: { limit: 1000 } }, ...analysisOf('otel') },
    },
    mappings: {
      dynamic: false,
      date_detection: false,
      properties: {
        '@timestamp': NANOS,
        traceId: KEYWORD,
        spanId: KEYWORD,
        parentSpanId: KEYWORD,
        traceState: KEYWORD,
        name: KEYWORD,
        kind: KEYWORD,
        startTime: NANOS,
        endTime: NANOS,
        durationInNanos: LONG,
        serviceName: KEYWORD,
        traceGroup: KEYWORD,
        traceGroupFields: { properties: { endTime: NANOS, durationInNanos: LONG, statusCode: INTEGER } },
        status: { properties: { code: INTEGER, message: KEYWORD } },
        instrumentationScope: { properties: { name: KEYWORD, version: KEYWORD } },
        resource: { properties: { attributes: { properties: resourceOf() } } },
        attributes: { properties: attributesOf() },
        events: {
          type: 'nested',
          properties: { name: KEYWORD, time: NANOS, attributes: { properties: exception } },
        },
        links: { type: 'nested', properties: { traceId: KEYWORD, spanId: KEYWORD } },
        droppedAttributesCount: INTEGER,
        droppedEventsCount: INTEGER,
        droppedLinksCount: INTEGER,
      },
    },
  };
}

/**
 * Content as text, beside the mappings of Elastic, whose keywords leave out a text of more than 1024 characters: Kibana
 * would not show it.
 */
export function elasticSpanTemplate(): Record<string, unknown> {
  const content = attributeKeys(({ privacy }) => privacy === 'content');
  const properties = Object.fromEntries(content.map((key) => [key, { type: 'match_only_text' }]));
  return {
    settings: {
      index: {
        codec: 'best_compression',
        mapping: { total_fields: { limit: 1000, ignore_dynamic_beyond_limit: true } },
      },
    },
    mappings: { properties: { attributes: { type: 'passthrough', dynamic: true, priority: 20, properties } } },
  };
}
