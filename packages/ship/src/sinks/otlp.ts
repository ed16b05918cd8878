import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type OtlpTraces, parseLine, toOtlp } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import { type Entry, lineOf } from '../engine/batch.ts';
import type { Answer } from '../engine/http.ts';
import type { Encoded, Sink, SourceLine, Verdict } from '../engine/types.ts';
import { jsonBody, retry, statusVerdict } from './answers.ts';
import { readLine } from './convert.ts';
import { createHttpSink } from './http-sink.ts';
import { toReadableSpans } from './readable-spans.ts';
import {
  checkKeys,
  checkName,
  checkUrl,
  failOption,
  type HeaderSpec,
  HTTP_KEYS,
  type HttpSinkOptions,
  type SinkSpec,
  toHttpSpec,
} from './spec.ts';

/** Options of {@link otlp}. */
export interface OtlpOptions extends HttpSinkOptions {
  /** Whole URL of the receiver, such as `http://localhost:4318/v1/traces`. */
  url: string;
  /** Phoenix, MLflow and others take protobuf only. @defaultValue `protobuf` */
  encoding?: 'protobuf' | 'json';
  /** `user:password`. */
  basic?: Secret;
  /** Token. */
  bearer?: Secret;
}

type Spec = Extract<SinkSpec, { kind: 'otlp' }>;

const KEYS = ['url', 'encoding', 'basic', 'bearer', ...HTTP_KEYS];
const LIMITS = { bytes: 2_000_000, entries: 512, lingerMs: 1000 };
/** The protocol forbids to retry other errors of a server; a few attempts bridge a restart. */
const ATTEMPTS_AT_OTHER_ERRORS = 5;
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/**
 * OTLP over HTTP: ended spans as OpenTelemetry spans with `gen_ai.*`, `openinference.span.kind` and `langsmith.span.kind`. Lines that are no ended span are left out.
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
  checkKeys('otlp', options, KEYS);
  const { encoding = 'protobuf', basic, bearer } = options;
  if (encoding !== 'protobuf' && encoding !== 'json') failOption('otlp.encoding', 'protobuf or json', encoding);
  const headers: Record<string, HeaderSpec> = {};
  if (basic !== undefined) headers['authorization'] = { scheme: 'Basic', secret: basic };
  if (bearer !== undefined) headers['authorization'] = { scheme: 'Bearer', secret: bearer };
  return {
    kind: 'otlp',
    name: checkName('otlp', options.name),
    http: toHttpSpec('otlp', checkUrl('otlp.url', options.url), headers, options),
    encoding,
  };
}

function encode(line: SourceLine): Encoded {
  const read = readLine(line);
  if ('isBlank' in read) return { kind: 'skip' };
  if ('problem' in read) return { kind: 'reject', reason: read.problem };
  const { kind, record } = read.parsed;
  if (kind !== 'span' || record['event.name'] !== 'span.end') return { kind: 'skip' };
  const isSpan = toOtlp([record]).resourceSpans.length > 0;
  return isSpan ? { kind: 'entry', parts: [] } : { kind: 'reject', reason: 'the span has no valid ids and start' };
}

function toTraces(entries: readonly Entry[]): OtlpTraces {
  return toOtlp(entries.flatMap((entry) => parseLine(lineOf(entry))?.record ?? []));
}

function toBody(entries: readonly Entry[], encoding: 'protobuf' | 'json'): Uint8Array {
  const traces = toTraces(entries);
  if (encoding === 'json') return Buffer.from(JSON.stringify(traces));
  return ProtobufTraceSerializer.serializeRequest(toReadableSpans(traces)) ?? new Uint8Array();
}

interface PartialSuccess {
  rejectedSpans?: unknown;
  errorMessage?: unknown;
}

function partialSuccess(answer: Answer): PartialSuccess | undefined {
  if (/json/i.test(answer.headers['content-type'] ?? '')) {
    return jsonBody(answer)?.['partialSuccess'] as PartialSuccess | undefined;
  }
  try {
    return ProtobufTraceSerializer.deserializeResponse(answer.body)?.partialSuccess;
  } catch {
    return undefined;
  }
}

/** What an answer of a receiver means. Spans that it refused in part must not be sent again. */
function classifyOtlp(answer: Answer, entries: readonly Entry[], attempt: number): Verdict {
  const { status } = answer;
  if (status >= 500 && !RETRYABLE.has(status)) {
    const reason = `${status} from the server`;
    return attempt < ATTEMPTS_AT_OTHER_ERRORS ? retry(answer, reason, false) : { kind: 'split', reason };
  }
  const byStatus = statusVerdict(answer);
  if (byStatus !== undefined) return byStatus;
  if (/^text\/html/i.test(answer.headers['content-type'] ?? '')) {
    return { kind: 'retry', reason: `${status} with a web page for an answer` };
  }
  const partial = partialSuccess(answer);
  const rejected = Math.min(entries.length, Number(partial?.rejectedSpans ?? 0) || 0);
  return rejected > 0 ? { kind: 'partial', rejected, reason: 'partial success' } : { kind: 'stored' };
}

/** The sink of a spec. */
export function createOtlpSink({ name, http, encoding }: Spec): Sink {
  return createHttpSink({
    name,
    http,
    path: '',
    contentType: encoding === 'json' ? 'application/json' : 'application/x-protobuf',
    limits: LIMITS,
    encode,
    body: (entries) => toBody(entries, encoding),
    classify: classifyOtlp,
  });
}
