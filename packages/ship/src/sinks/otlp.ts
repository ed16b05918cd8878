import { BoundedMap, checkOptions, option, type Shape, toOtlp } from '@spanline/record';
import type { HttpResponse, Secret } from '@spanline/remote';
import type { Encoded, Entry, SendResult, Sink, SinkBatch, SinkSpec } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import {
  type HeaderSpec,
  HTTP_SHAPE,
  type HttpSinkOptions,
  type HttpTarget,
  secretCheck,
  toHttpTarget,
  urlCheck,
} from './http-options.ts';
import { createHttpSink } from './http-sink.ts';
import { jsonBody, resultOfResponse, retry } from './http-status.ts';
import { parseRecord } from './line-format.ts';
import { type EncodedResourceSpans, jsonFormat, type OtlpFormat, type OtlpResourceSpans } from './otlp-format.ts';
import { createProtobufFormat } from './otlp-protobuf.ts';
import { readField } from './protobuf.ts';

/** Options of {@link otlp}. */
export interface OtlpOptions extends HttpSinkOptions {
  /** Complete URL of the receiver, such as `http://localhost:4318/v1/traces`. */
  url: string;
  /** Phoenix, MLflow and others accept protobuf only. @defaultValue `protobuf` */
  encoding?: 'protobuf' | 'json';
  /** `user:password`. */
  basic?: Secret;
  /** Token. */
  bearer?: Secret;
}

interface OtlpConfig {
  readonly http: HttpTarget;
  readonly encoding: 'protobuf' | 'json';
}

/** Resource and scope of an entry's span, encoded. Entries of one resource or scope share the key. */
interface Origin {
  readonly resourceKey: string;
  readonly resource: Buffer;
  readonly scopeKey: string;
  readonly scope: Buffer;
}

const SHAPE: Shape<OtlpOptions> = {
  ...HTTP_SHAPE,
  url: option.required(urlCheck()),
  encoding: option.oneOf(['protobuf', 'json']),
  basic: secretCheck(),
  bearer: secretCheck(),
};
const LIMITS = { bytes: 2_000_000, entries: 512, lingerMs: 1000 };
const MAX_ORIGINS = 200;
/** The protocol forbids retries of other server errors; a few attempts bridge a restart. */
const ATTEMPTS_AT_OTHER_ERRORS = 5;
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/**
 * Sends ended spans over OTLP/HTTP, as OpenTelemetry spans with `gen_ai.*`, `openinference.span.kind` and `langsmith.span.kind`. Lines that are no ended
 * span are skipped.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { otlp } from '@spanline/ship';
 *
 * const sink = otlp({ url: 'http://localhost:4318/v1/traces' });
 * ```
 */
export function otlp(options: OtlpOptions): SinkSpec {
  checkOptions(SHAPE, options, 'otlp');
  const { url, name = 'otlp', encoding = 'protobuf', basic, bearer } = options;
  const headers: Record<string, HeaderSpec> = {};
  if (basic !== undefined) headers['authorization'] = { scheme: 'Basic', secret: basic };
  if (bearer !== undefined) headers['authorization'] = { scheme: 'Bearer', secret: bearer };
  const config: OtlpConfig = { http: toHttpTarget(url, headers, options), encoding };
  return { name, module: import.meta.url, options: config, createSink };
}

/** Encodes resource and scope of the first span, which few lines change. */
function createOrigins(format: OtlpFormat): (resourceSpans: OtlpResourceSpans) => Origin | undefined {
  const origins = new BoundedMap<string, Origin>(MAX_ORIGINS);
  return ({ resource, scopeSpans: [scopeSpans] }) => {
    if (scopeSpans === undefined) return undefined;
    const resourceKey = JSON.stringify(resource);
    const scopeKey = JSON.stringify(scopeSpans.scope);
    const key = `${resourceKey}${scopeKey}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const encoded = { resource: format.encodeResource(resource), scope: format.encodeScope(scopeSpans.scope) };
    const origin = { resourceKey, scopeKey, ...encoded };
    origins.set(key, origin);
    return origin;
  };
}

function createEncoder(format: OtlpFormat): (line: SourceLine) => Encoded<Origin> {
  const originOf = createOrigins(format);
  return (line) => {
    const result = parseRecord(line);
    if (result.kind !== 'record') return result;
    const { kind, record } = result.parsed;
    if (kind !== 'span' || record['event.name'] !== 'span.end') return { kind: 'skip' };
    const [resourceSpans] = toOtlp([record]).resourceSpans;
    const span = resourceSpans?.scopeSpans[0]?.spans[0];
    const meta = resourceSpans === undefined ? undefined : originOf(resourceSpans);
    if (span === undefined || meta === undefined) {
      return { kind: 'reject', reason: 'the span has no valid ids and start' };
    }
    return { kind: 'entry', parts: [format.encodeSpan(span)], meta };
  };
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string | undefined): T[][] {
  const groups = new Map<string | undefined, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** Groups encoded spans by resource and scope, each in the order of their first span. */
function toResourceSpans(entries: readonly Entry<Origin>[]): EncodedResourceSpans[] {
  return groupBy(entries, ({ meta }) => meta?.resourceKey).map((ofResource) => ({
    resource: ofResource[0]?.meta?.resource ?? Buffer.alloc(0),
    scopeSpans: groupBy(ofResource, ({ meta }) => meta?.scopeKey).map((ofScope) => ({
      scope: ofScope[0]?.meta?.scope ?? Buffer.alloc(0),
      spans: ofScope.map(({ body }) => body),
    })),
  }));
}

/** `ExportTraceServiceResponse.partial_success.rejected_spans`. */
function rejectedSpans(response: HttpResponse): unknown {
  if (/json/i.test(response.headers['content-type'] ?? '')) {
    return (jsonBody(response)?.['partialSuccess'] as { rejectedSpans?: unknown } | undefined)?.rejectedSpans;
  }
  try {
    const partialSuccess = readField(response.body, 1);
    return partialSuccess instanceof Uint8Array ? readField(partialSuccess, 1) : undefined;
  } catch {
    return undefined;
  }
}

/** Interprets a response (OTLP specification, "Failures"). Spans that were rejected in part must not be sent again. */
function interpret(response: HttpResponse, { entries, attempt }: SinkBatch<Origin>): SendResult {
  const { status, headers } = response;
  if (status >= 500 && !RETRYABLE.has(status)) {
    const reason = `${status} from the server`;
    return attempt < ATTEMPTS_AT_OTHER_ERRORS ? retry(headers, reason, false) : { kind: 'split', reason };
  }
  const result = resultOfResponse(response);
  if (result.kind !== 'stored') return result;
  const rejected = Math.min(entries.length, Number(rejectedSpans(response) ?? 0) || 0);
  return rejected > 0 ? { kind: 'partial', rejected, reason: 'partial success' } : result;
}

/** Creates the sink from the options of its spec. */
export function createSink({ http, encoding }: OtlpConfig): Sink<Origin> {
  const format = encoding === 'json' ? jsonFormat : createProtobufFormat();
  return createHttpSink({
    http,
    path: '',
    contentType: format.contentType,
    limits: LIMITS,
    encode: createEncoder(format),
    body: ({ entries }) => format.join(toResourceSpans(entries)),
    interpret,
  });
}
