/** The options that the sinks of Elasticsearch and OpenSearch share. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { SinkSpec } from '../contracts/sink.ts';
import { type TraceFormat, tracesCheck, type TracesOption, traceStreamOf } from '../contracts/trace-stream.ts';
import { authorization, type BulkConfig } from './bulk.ts';
import {
  HTTP_SHAPE,
  type HttpSinkOptions,
  pairCheck,
  secretCheck,
  specOf,
  toHttpTarget,
  urlCheck,
} from './http-options.ts';

/** Options that both engines share. */
export interface SearchEngineOptions extends HttpSinkOptions {
  /** URL of the cluster, such as `https://search.example.com:9200`. */
  url: string;
  /** Data stream, index or alias. @defaultValue `logs-spanline-default` */
  index?: string;
  /** API key, encoded (as Kibana shows it) or as `id:key`. */
  apiKey?: Secret;
  /** `user:password`. */
  basic?: Secret;
  /** Token of a service account, of OAuth or of a proxy. */
  bearer?: Secret;
  /** Format of the documents. @defaultValue `ecs` */
  profile?: 'ecs' | 'otel';
  /** Also write each ended span as a trace document. @defaultValue false */
  traces?: TracesOption;
}

const INDEX = /^[^\s"*\\<>|,/?#:A-Z][^\s"*\\<>|,/?#:A-Z]{0,254}$/;
const FILTER = 'filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason';

const shapeOf = (format: TraceFormat): Shape<SearchEngineOptions> => ({
  ...HTTP_SHAPE,
  url: option.required(urlCheck()),
  index: option.like('the name of a data stream or index', (value) => INDEX.test(String(value))),
  apiKey: secretCheck(),
  basic: pairCheck('user:password'),
  bearer: secretCheck(),
  profile: option.oneOf(['ecs', 'otel']),
  traces: tracesCheck(format),
});

/** Options of a sink, and everything of its spec but the module. @throws SpanlineError `ERR_INVALID_OPTION` */
export function searchEngineSpec(
  engine: 'elasticsearch' | 'opensearch',
  options: SearchEngineOptions,
): Pick<SinkSpec, 'name' | 'redact'> & { readonly options: BulkConfig } {
  const format = engine === 'opensearch' ? 'opensearch' : 'elastic';
  checkOptions(shapeOf(format), options, engine);
  const { url, name = engine, index = 'logs-spanline-default', profile = 'ecs' } = options;
  const path = `/${encodeURIComponent(index)}/_bulk?${FILTER}`;
  const http = toHttpTarget(url, authorization(engine, options), options);
  const traces = traceStreamOf(format, options.traces);
  return { ...specOf(name, options), options: { http, path, profile, ...(traces === undefined ? {} : { traces }) } };
}
