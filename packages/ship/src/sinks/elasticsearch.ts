import { parseLine } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import { type Entry, joinBodies } from '../engine/batch.ts';
import type { Answer } from '../engine/http.ts';
import type { Encoded, ItemVerdict, Sink, SourceLine, Verdict } from '../engine/types.ts';
import { jsonBody, statusVerdict } from './answers.ts';
import { idOf, isRecordOf, readFields, spell } from './convert.ts';
import { createHttpSink } from './http-sink.ts';
import {
  checkKeys,
  checkName,
  checkSecret,
  checkUrl,
  failOption,
  type HeaderSpec,
  HTTP_KEYS,
  type HttpSinkOptions,
  type SinkSpec,
  toHttpSpec,
} from './spec.ts';

/** Options of {@link elasticsearch}. */
export interface ElasticsearchOptions extends HttpSinkOptions {
  /** Of the cluster, such as `https://es.example.com:9200`. */
  url: string;
  /** Data stream, index or alias. @defaultValue `logs-spanline-default` */
  index?: string;
  /** API key: as Kibana shows it (encoded), or `id:key`. */
  apiKey?: Secret;
  /** `user:password`. */
  basic?: Secret;
  /** Token of a service account or of OAuth. */
  bearer?: Secret;
  /** Spelling of the documents. @defaultValue `ecs` */
  profile?: 'ecs' | 'otel';
}

type Spec = Extract<SinkSpec, { kind: 'elasticsearch' }>;

const KEYS = ['url', 'index', 'apiKey', 'basic', 'bearer', 'profile', ...HTTP_KEYS];
const INDEX = /^[^\s"*\\<>|,/?#:A-Z][^\s"*\\<>|,/?#:A-Z]{0,254}$/;
/** What a node accepts by default is 100 MB; small requests are retried cheaply. */
const LIMITS = { bytes: 2_000_000, entries: 2000, lingerMs: 1000 };
const ERROR_TYPE = /^\w{1,100}$/;
const PATH = '/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason';

function authorization({ apiKey, basic, bearer }: ElasticsearchOptions): Record<string, HeaderSpec> {
  const given: HeaderSpec[] = [];
  if (apiKey !== undefined) given.push({ scheme: 'ApiKey', secret: checkSecret('elasticsearch.apiKey', apiKey) });
  if (basic !== undefined) given.push({ scheme: 'Basic', secret: checkSecret('elasticsearch.basic', basic) });
  if (bearer !== undefined) given.push({ scheme: 'Bearer', secret: checkSecret('elasticsearch.bearer', bearer) });
  const [first, second] = given;
  if (second !== undefined) failOption('elasticsearch', 'with one of apiKey, basic and bearer', 'more than one');
  return first === undefined ? {} : { authorization: first };
}

/**
 * Elasticsearch 7.17, 8 and 9, and OpenSearch 2 and 3: `_bulk` with `create`, into a data stream or an index. A record's `event.id` is its `_id`, so that a line that is sent twice is
 * stored once in each backing index.
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
  checkKeys('elasticsearch', options, KEYS);
  const { index = 'logs-spanline-default', profile = 'ecs' } = options;
  if (!INDEX.test(index)) failOption('elasticsearch.index', 'the name of a data stream or index', index);
  if (profile !== 'ecs' && profile !== 'otel') failOption('elasticsearch.profile', 'ecs or otel', profile);
  const url = checkUrl('elasticsearch.url', options.url);
  return {
    kind: 'elasticsearch',
    name: checkName('elasticsearch', options.name),
    http: toHttpSpec('elasticsearch', url, authorization(options), options),
    index,
    profile,
  };
}

const action = (id: string): string => `{"create":{"_id":${JSON.stringify(id)}}}\n`;

function encode(line: SourceLine, source: string, profile: 'ecs' | 'otel'): Encoded {
  const read = readFields(line);
  if ('isBlank' in read) return { kind: 'skip' };
  if ('problem' in read) return { kind: 'reject', reason: read.problem };
  const { fields } = read;
  if (isRecordOf(profile, fields)) {
    return { kind: 'entry', parts: [action(fields['event.id'] as string), line.bytes, '\n'] };
  }
  const parsed = parseLine(fields);
  if (parsed === undefined) return { kind: 'reject', reason: 'the line cannot be read' };
  const document = spell(parsed, profile);
  // A data stream takes no document without a time.
  document['@timestamp'] ??= new Date().toISOString();
  return { kind: 'entry', parts: [action(idOf(parsed, line, source)), JSON.stringify(document), '\n'] };
}

/** Names the kind of error and the field, without the value that the server quotes. */
function reasonOf(status: number, error: unknown): string {
  const { type, reason } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const field = typeof reason === 'string' ? /failed to parse field \[([^\]]{1,200})\]/.exec(reason)?.[1] : undefined;
  const kind = typeof type === 'string' && ERROR_TYPE.test(type) ? type : 'refused';
  return `${status} ${kind}${field === undefined ? '' : ` in field ${field}`}`;
}

function itemVerdict(item: unknown): ItemVerdict {
  const [result] = Object.values((item ?? {}) as Record<string, { status?: unknown; error?: unknown } | null>);
  const status = result?.status;
  if (typeof status !== 'number') return { kind: 'retry', reason: 'an item of the answer has no status' };
  // 409: a document with this id is there, and it is this one.
  if (status === 409 || (status >= 200 && status < 300)) return { kind: 'stored' };
  const reason = reasonOf(status, result?.error);
  if (status === 429 || status >= 500) return { kind: 'retry', reason };
  if (status === 401 || status === 403 || status === 404) return { kind: 'pause', reason };
  return { kind: 'reject', reason };
}

/** What an answer of `_bulk` means for each line. */
function classifyBulk(answer: Answer, entries: readonly Entry[]): Verdict {
  const byStatus = statusVerdict(answer);
  if (byStatus !== undefined) return byStatus;
  const body = jsonBody(answer);
  const items = body?.['items'];
  if (!Array.isArray(items) || items.length !== entries.length) {
    return { kind: 'retry', reason: `${answer.status} with an answer that is not one of _bulk` };
  }
  return { kind: 'items', items: items.map(itemVerdict) };
}

/** The sink of a spec. */
export function createElasticsearchSink({ name, http, index, profile }: Spec): Sink {
  return createHttpSink({
    name,
    http,
    path: `/${encodeURIComponent(index)}${PATH}`,
    contentType: 'application/x-ndjson',
    limits: LIMITS,
    encode: (line, source) => encode(line, source, profile),
    body: joinBodies,
    classify: classifyBulk,
  });
}
