import { checkOptions, option, type OtlpSpelling, props, type Shape, text } from '@spanline/record';
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
  /**
   * The names of attributes: those of the GenAI conventions, or of a receiver that does not read some of them yet.
   * {@link datadogLlmObs}, {@link langfuse}, {@link langsmith} and {@link phoenix} set theirs.
   *
   * @defaultValue `conventions`
   */
  spelling?: OtlpSpelling;
  /** `user:password`. */
  basic?: Secret;
  /** Token. */
  bearer?: Secret;
}

interface OtlpConfig {
  readonly http: HttpTarget;
  readonly encoding: 'protobuf' | 'json';
  readonly spelling: OtlpSpelling;
}

const SHAPE: Shape<OtlpOptions> = {
  ...HTTP_SHAPE,
  url: option.required(urlCheck()),
  encoding: option.oneOf(['protobuf', 'json']),
  spelling: option.oneOf(['conventions', 'datadog', 'langfuse', 'langsmith', 'phoenix']),
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
  const { url, name = 'otlp', encoding = 'protobuf', spelling = 'conventions', basic, bearer } = options;
  const headers: Record<string, HeaderSpec> = {};
  if (basic !== undefined) headers['authorization'] = { scheme: 'Basic', secret: basic };
  if (bearer !== undefined) headers['authorization'] = { scheme: 'Bearer', secret: bearer };
  const config: OtlpConfig = { http: toHttpTarget(url, headers, options), encoding, spelling };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

/** `ExportTraceServiceResponse.partial_success`. */
interface PartialSuccess {
  readonly rejected: number;
  /** With no span rejected, it is a warning. */
  readonly message: string;
}

const NO_PART: PartialSuccess = { rejected: 0, message: '' };

function partialSuccess(response: HttpResponse): PartialSuccess {
  if (/json/i.test(response.headers['content-type'] ?? '')) {
    const { rejectedSpans, errorMessage } = props(jsonBody(response)?.['partialSuccess']);
    return { rejected: Number(rejectedSpans) || 0, message: text(errorMessage) ?? '' };
  }
  try {
    const part = readField(response.body, 1);
    if (!(part instanceof Uint8Array)) return NO_PART;
    const message = readField(part, 2);
    const isText = message instanceof Uint8Array;
    return { rejected: Number(readField(part, 1)) || 0, message: isText ? Buffer.from(message).toString('utf8') : '' };
  } catch {
    return NO_PART;
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
  const { rejected, message } = partialSuccess(response);
  if (rejected > 0) return { kind: 'partial', rejected: Math.min(entries.length, rejected), reason: 'partial success' };
  return message === '' ? result : { kind: 'stored', warning: message };
}

/** Creates the sink from the options of its spec. @public */
export function createSink({ http, encoding, spelling }: OtlpConfig, redact?: RedactLine): Sink<Origin> {
  const format = encoding === 'json' ? jsonFormat : createProtobufFormat();
  const codec = createSpanCodec(format, createLinePolicy(http.capture, redact), spelling);
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
