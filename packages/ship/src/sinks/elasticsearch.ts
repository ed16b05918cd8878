/** Elasticsearch as a target. */
import type { RedactLine } from '../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { type BulkConfig, createBulkSink } from './bulk.ts';
import { type SearchEngineOptions, searchEngineSpec } from './search-engine.ts';

/** Options of {@link elasticsearch}. */
export interface ElasticsearchOptions extends SearchEngineOptions {
  /**
   * Also write each ended span as a document of OpenTelemetry's mapping, for the trace screens of Kibana. `true` writes
   * to `traces-spanline.otel-default`; another stream has a name like `traces-<name>.otel-<namespace>`.
   *
   * @defaultValue false
   */
  traces?: boolean | { readonly dataStream: string };
}

/**
 * Sends documents to Elasticsearch 7.17, 8 or 9. It uses `_bulk` with `create`, for a data stream or an index. A
 * record's `event.id` is its `_id`, so a line that is sent twice is stored once in each backing index. OpenSearch takes
 * the same documents; {@link opensearch} also knows its trace screens.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { elasticsearch } from '@spanline/ship';
 *
 * const sink = elasticsearch({ url: 'https://es.example.com:9200', apiKey: { env: 'ES_API_KEY' } });
 * ```
 */
export function elasticsearch(options: ElasticsearchOptions): SinkSpec {
  return { ...searchEngineSpec('elasticsearch', options), module: import.meta.url, createSink };
}

/** Creates the sink from the options of its spec. @public */
export function createSink(config: BulkConfig, redact?: RedactLine): Sink {
  return createBulkSink(config, redact);
}
