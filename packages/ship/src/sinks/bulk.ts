/** The protocol `_bulk`: lines as documents, and its answer for each of them. */
import { SpanlineError } from '@spanline/record';
import type { HttpResponse, Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { EncodedLine, ItemResult, SendResult, Sink, SinkBatch } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import type { HeaderSpec, HttpTarget } from './http-options.ts';
import { createHttpSink } from './http-sink.ts';
import { jsonBody, resultOfStatus } from './http-status.ts';
import { idOf, isDocument, parseFields, toParsed, toProfile } from './line-format.ts';
import { createLinePolicy, type LinePolicy } from './line-policy.ts';

type Fields = Record<string, unknown>;

/** How to reach a target that speaks `_bulk`. Plain data. */
export interface BulkConfig {
  readonly http: HttpTarget;
  /** Of the requests, with the parameters of the target. */
  readonly path: string;
  readonly profile: 'ecs' | 'otel';
}

/** A document as its target keeps it. */
type Fitted =
  | { readonly kind: 'document'; readonly text: string | Uint8Array; readonly isShortened?: boolean }
  | { readonly kind: 'reject'; readonly reason: string };

/** Makes a document, given as fields and as JSON, fit the limits of a target. It may change the fields. */
export type Fit = (fields: Fields, text: string | Uint8Array) => Fitted;

/** A node accepts 100 MB by default; small requests are cheaper to send again. */
const LIMITS = { bytes: 2_000_000, entries: 2000, lingerMs: 1000 };
const ERROR_TYPE = /^\w{1,100}$/;

/** The header of one of the ways to sign in. @throws SpanlineError `ERR_INVALID_OPTION` for two of them */
export function authorization(
  sink: string,
  { apiKey, basic, bearer }: { readonly apiKey?: Secret; readonly basic?: Secret; readonly bearer?: Secret },
): Record<string, HeaderSpec> {
  const given: HeaderSpec[] = [];
  if (apiKey !== undefined) given.push({ scheme: 'ApiKey', secret: apiKey });
  if (basic !== undefined) given.push({ scheme: 'Basic', secret: basic });
  if (bearer !== undefined) given.push({ scheme: 'Bearer', secret: bearer });
  const [first, second] = given;
  if (second !== undefined) {
    const expected = 'given at most one of apiKey, basic and bearer';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: sink, expected });
  }
  return first === undefined ? {} : { authorization: first };
}

function createAction(id: string): string {
  return `{"create":{"_id":${JSON.stringify(id)}}}\n`;
}

function toEntry(id: string, fields: Fields, text: string | Uint8Array, fit: Fit | undefined): EncodedLine {
  const fitted: Fitted = fit === undefined ? { kind: 'document', text } : fit(fields, text);
  if (fitted.kind === 'reject') return fitted;
  const parts = [createAction(id), fitted.text, '\n'];
  return fitted.isShortened === true ? { kind: 'entry', parts, shortened: true } : { kind: 'entry', parts };
}

function encode(line: SourceLine, profile: 'ecs' | 'otel', policy: LinePolicy, fit: Fit | undefined): EncodedLine {
  const result = parseFields(line);
  if (result.kind !== 'fields') return result;
  const { fields } = result;
  if (policy.isOpen && isDocument(profile, fields)) {
    return toEntry(fields['event.id'] as string, fields, line.bytes, fit);
  }
  const parsed = toParsed(fields, line);
  if (parsed === undefined) return { kind: 'reject', reason: 'the line cannot be read' };
  const allowed = policy.apply(parsed);
  if (allowed === undefined) return { kind: 'skip' };
  const document = toProfile(allowed, profile);
  return toEntry(idOf(parsed, line), document, JSON.stringify(document), fit);
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

/** Creates a sink that sends documents by `_bulk`. */
export function createBulkSink({ http, path, profile }: BulkConfig, redact?: RedactLine, fit?: Fit): Sink {
  const policy = createLinePolicy(http.capture, redact);
  return createHttpSink({
    http,
    path,
    contentType: 'application/x-ndjson',
    limits: LIMITS,
    encode: (line) => encode(line, profile, policy, fit),
    interpret,
  });
}
