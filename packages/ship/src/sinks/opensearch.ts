/** OpenSearch as a target. */
import type { RedactLine } from '../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { type BulkConfig, createBulkSink } from './bulk.ts';
import { type SearchEngineOptions, searchEngineSpec } from './search-engine.ts';

/** Options of {@link opensearch}. */
export interface OpensearchOptions extends SearchEngineOptions {
  /**
   * Also write each ended span as a document for the trace screens of OpenSearch Dashboards: Agent Traces, Traces of
   * Discover, Trace Analytics. `true` writes to `otel-v1-apm-span-spanline`; another stream has a name like
   * `otel-v1-apm-span-<name>`.
   *
   * @defaultValue false
   */
  traces?: boolean | { readonly dataStream: string };
}

/**
 * Sends documents to OpenSearch 2 or 3. It uses `_bulk` with `create`, for a data stream or an index. A record's
 * `event.id` is its `_id`, so a line that is sent twice is stored once in each backing index.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { opensearch } from '@spanline/ship';
 *
 * const sink = opensearch({ url: 'https://search.example.com:9200', basic: { env: 'ES_BASIC' }, traces: true });
 * ```
 */
export function opensearch(options: OpensearchOptions): SinkSpec {
  return { ...searchEngineSpec('opensearch', options), module: import.meta.url, createSink };
}

/** Creates the sink from the options of its spec. @public */
export function createSink(config: BulkConfig, redact?: RedactLine): Sink {
  return createBulkSink(config, redact);
}
