/** Elasticsearch and OpenSearch as a target. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { authorization, type BulkConfig, createBulkSink } from './bulk.ts';
import {
  HTTP_SHAPE,
  type HttpSinkOptions,
  pairCheck,
  secretCheck,
  specOf,
  toHttpTarget,
  urlCheck,
} from './http-options.ts';

/** Options of {@link elasticsearch}. */
export interface ElasticsearchOptions extends HttpSinkOptions {
  /** URL of the cluster, such as `https://es.example.com:9200`. */
  url: string;
  /** Data stream, index or alias. @defaultValue `logs-spanline-default` */
  index?: string;
  /** API key, as Kibana shows it (encoded) or as `id:key`. */
  apiKey?: Secret;
  /** `user:password`. */
  basic?: Secret;
  /** Token of a service account or of OAuth. */
  bearer?: Secret;
  /** Format of the documents. @defaultValue `ecs` */
  profile?: 'ecs' | 'otel';
}

const INDEX = /^[^\s"*\\<>|,/?#:A-Z][^\s"*\\<>|,/?#:A-Z]{0,254}$/;
const SHAPE: Shape<ElasticsearchOptions> = {
  ...HTTP_SHAPE,
  url: option.required(urlCheck()),
  index: option.like('the name of a data stream or index', (value) => INDEX.test(String(value))),
  apiKey: secretCheck(),
  basic: pairCheck('user:password'),
  bearer: secretCheck(),
  profile: option.oneOf(['ecs', 'otel']),
};
const FILTER = 'filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason';

/**
 * Sends documents to Elasticsearch 7.17, 8 or 9, or to OpenSearch 2 or 3. It uses `_bulk` with `create`, for a data
 * stream or an index. A record's `event.id` is its `_id`, so a line that is sent twice is stored once in each backing
 * index.
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
  checkOptions(SHAPE, options, 'elasticsearch');
  const { url, name = 'elasticsearch', index = 'logs-spanline-default', profile = 'ecs' } = options;
  const path = `/${encodeURIComponent(index)}/_bulk?${FILTER}`;
  const http = toHttpTarget(url, authorization('elasticsearch', options), options);
  const config: BulkConfig = { http, path, profile };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

/** Creates the sink from the options of its spec. @public */
export function createSink(config: BulkConfig, redact?: RedactLine): Sink {
  return createBulkSink(config, redact);
}
