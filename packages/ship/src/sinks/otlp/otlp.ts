import { checkOptions, option, type Shape } from '@spanline/record';
import type { HttpResponse, Secret } from '@spanline/remote';
import type { RedactLine } from '../../contracts/redaction.ts';
import type { SendResult, Sink, SinkBatch, SinkSpec } from '../../contracts/sink.ts';
import {
  type HeaderSpec,
  HTTP_SHAPE,
  type HttpSinkOptions,
  type HttpTarget,
  pairCheck,
  secretCheck,
  specOf,
  toHttpTarget,
  urlCheck,
} from '../http-options.ts';
import { createHttpSink } from '../http-sink.ts';
import { jsonBody, resultOfResponse, retry } from '../http-status.ts';
import { createLinePolicy } from '../line-policy.ts';
import { jsonFormat } from './json-format.ts';
import { createProtobufFormat } from './protobuf-format.ts';
import { readField } from './protobuf.ts';
import { createSpanCodec, type Origin } from './span-codec.ts';

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

const SHAPE: Shape<OtlpOptions> = {
  ...HTTP_SHAPE,
  url: option.required(urlCheck()),
  encoding: option.oneOf(['protobuf', 'json']),
  basic: pairCheck('user:password'),
  bearer: secretCheck(),
};
const LIMITS = { bytes: 2_000_000, entries: 512, lingerMs: 1000 };
/** The protocol forbids retries of other server errors; a few attempts bridge a restart. */
const ATTEMPTS_AT_OTHER_ERRORS = 5;
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/**
 * Sends ended spans over OTLP/HTTP, as OpenTelemetry spans with `gen_ai.*`, `openinference.span.kind` and
 * `langsmith.span.kind`. Lines that are no ended span are skipped.
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
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
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

/** Creates the sink from the options of its spec. @public */
export function createSink({ http, encoding }: OtlpConfig, redact?: RedactLine): Sink<Origin> {
  const format = encoding === 'json' ? jsonFormat : createProtobufFormat();
  const codec = createSpanCodec(format, createLinePolicy(http.capture, redact));
  return createHttpSink({
    http,
    path: '',
    contentType: format.contentType,
    limits: LIMITS,
    encode: codec.encode,
    body: codec.join,
    interpret,
  });
}
