import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import type { HttpResponse, Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { EncodedLine, ItemResult, SendResult, Sink, SinkBatch, SinkSpec } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import {
  HTTP_SHAPE,
  type HttpSinkOptions,
  type HttpTarget,
  type HeaderSpec,
  pairCheck,
  secretCheck,
  specOf,
  toHttpTarget,
  urlCheck,
} from './http-options.ts';
import { createHttpSink } from './http-sink.ts';
import { jsonBody, resultOfStatus } from './http-status.ts';
import { idOf, isDocument, parseFields, toParsed, toProfile } from './line-format.ts';
import { createLinePolicy, type LinePolicy } from './line-policy.ts';

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

interface ElasticsearchConfig {
  readonly http: HttpTarget;
  readonly index: string;
  readonly profile: 'ecs' | 'otel';
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
/** A node accepts 100 MB by default; small requests are cheaper to send again. */
const LIMITS = { bytes: 2_000_000, entries: 2000, lingerMs: 1000 };
const ERROR_TYPE = /^\w{1,100}$/;
const PATH = '/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason';

function authorization({ apiKey, basic, bearer }: ElasticsearchOptions): Record<string, HeaderSpec> {
  const given: HeaderSpec[] = [];
  if (apiKey !== undefined) given.push({ scheme: 'ApiKey', secret: apiKey });
  if (basic !== undefined) given.push({ scheme: 'Basic', secret: basic });
  if (bearer !== undefined) given.push({ scheme: 'Bearer', secret: bearer });
  const [first, second] = given;
  if (second !== undefined) {
    const expected = 'given at most one of apiKey, basic and bearer';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'elasticsearch', expected });
  }
  return first === undefined ? {} : { authorization: first };
}

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
  const config: ElasticsearchConfig = { http: toHttpTarget(url, authorization(options), options), index, profile };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

function createAction(id: string): string {
  return `{"create":{"_id":${JSON.stringify(id)}}}\n`;
}

function encode(line: SourceLine, profile: 'ecs' | 'otel', policy: LinePolicy): EncodedLine {
  const result = parseFields(line);
  if (result.kind !== 'fields') return result;
  const { fields } = result;
  if (policy.isOpen && isDocument(profile, fields)) {
    return { kind: 'entry', parts: [createAction(fields['event.id'] as string), line.bytes, '\n'] };
  }
  const parsed = toParsed(fields, line);
  if (parsed === undefined) return { kind: 'reject', reason: 'the line cannot be read' };
  const allowed = policy.apply(parsed);
  if (allowed === undefined) return { kind: 'skip' };
  const document = JSON.stringify(toProfile(allowed, profile));
  return { kind: 'entry', parts: [createAction(idOf(parsed, line)), document, '\n'] };
}

/** Names the type of error and the field, without the value that the server quotes. */
function describeError(status: number, error: unknown): string {
  const { type, reason } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const field = typeof reason === 'string' ? /failed to parse field \[([^\]]{1,200})\]/.exec(reason)?.[1] : undefined;
  const kind = typeof type === 'string' && ERROR_TYPE.test(type) ? type : 'refused';
  return `${status} ${kind}${field === undefined ? '' : ` in field ${field}`}`;
}

function resultOfItem(item: unknown): ItemResult {
  const [result] = Object.values((item ?? {}) as Record<string, { status?: unknown; error?: unknown } | null>);
  const status = result?.status;
  if (typeof status !== 'number') return { kind: 'retry', reason: 'an item of the answer has no status' };
  // 409: a document with this id exists, and it is this one.
  if (status === 409 || (status >= 200 && status < 300)) return { kind: 'stored' };
  const reason = describeError(status, result?.error);
  if (status === 429 || status >= 500) return { kind: 'retry', reason };
  if (status === 401 || status === 403 || status === 404) return { kind: 'pause', reason };
  return { kind: 'reject', reason };
}

function interpret(response: HttpResponse, { entries }: SinkBatch): SendResult {
  const result = resultOfStatus(response.status, response.headers);
  if (result.kind !== 'stored') return result;
  const items = jsonBody(response)?.['items'];
  if (!Array.isArray(items) || items.length !== entries.length) {
    return { kind: 'retry', reason: `${response.status} with an answer that is not one of _bulk` };
  }
  return { kind: 'items', items: items.map(resultOfItem) };
}

/** Creates the sink from the options of its spec. @public */
export function createSink({ http, index, profile }: ElasticsearchConfig, redact?: RedactLine): Sink {
  const policy = createLinePolicy(http.capture, redact);
  return createHttpSink({
    http,
    path: `/${encodeURIComponent(index)}${PATH}`,
    contentType: 'application/x-ndjson',
    limits: LIMITS,
    encode: (line) => encode(line, profile, policy),
    interpret,
  });
}
