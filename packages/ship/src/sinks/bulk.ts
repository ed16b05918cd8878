/** The protocol `_bulk`: lines as documents, and its answer for each of them. */
import { type ParsedLine, SpanlineError } from '@spanline/record';
import type { HttpResponse, Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { EncodedLine, ItemResult, SendResult, Sink, SinkBatch } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import type { TraceStream } from '../contracts/trace-stream.ts';
import { createEcsCopy, type EcsCopy } from './ecs-copy.ts';
import type { HeaderSpec, HttpTarget } from './http-options.ts';
import { createHttpSink } from './http-sink.ts';
import { jsonBody, resultOfStatus } from './http-status.ts';
import { idOf, isDocument, parseFields, toParsed, toProfile } from './line-format.ts';
import { createLinePolicy, type LinePolicy } from './line-policy.ts';
import { type ToTraceDocument, traceDocumentsFor } from './traces/trace-document.ts';

type Fields = Record<string, unknown>;

/** How to reach a target that speaks `_bulk`. Plain data. */
export interface BulkConfig {
  readonly http: HttpTarget;
  /** Of the requests, with the parameters of the target. */
  readonly path: string;
  readonly profile: 'ecs' | 'otel';
  /** The stream that gets a second document of each ended span. */
  readonly traces?: TraceStream | undefined;
}

/** The number of documents that a line became: that of the log, and that of the trace if there is one. */
type Documents = 1 | 2;

/** Everything that the documents of a target are made with. */
interface Recipe {
  readonly profile: 'ecs' | 'otel';
  readonly policy: LinePolicy;
  readonly fit: Fit | undefined;
  /** Makes the document of most lines, if it is all that is made of them and nothing is left out. */
  readonly copy: ((line: Buffer) => EcsCopy | undefined) | undefined;
  readonly traces?: { readonly dataStream: string; readonly toDocument: ToTraceDocument };
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

function createAction(id: string, index?: string): string {
  const place = index === undefined ? '' : `"_index":${JSON.stringify(index)},`;
  return `{"create":{${place}"_id":${JSON.stringify(id)}}}\n`;
}

function toEntry(id: string, fields: Fields, text: string | Uint8Array, fit: Fit | undefined): EncodedLine<Documents> {
  const fitted: Fitted = fit === undefined ? { kind: 'document', text } : fit(fields, text);
  if (fitted.kind === 'reject') return fitted;
  const parts = [createAction(id), fitted.text, '\n'];
  return fitted.isShortened === true ? { kind: 'entry', parts, shortened: true } : { kind: 'entry', parts };
}

/** Adds the trace document of a line. It has the id of the log document, in a stream of its own. */
function withTrace(
  entry: EncodedLine<Documents>,
  id: string,
  line: ParsedLine,
  recipe: Recipe,
): EncodedLine<Documents> {
  const { traces } = recipe;
  const document = entry.kind === 'entry' ? traces?.toDocument(line) : undefined;
  if (entry.kind !== 'entry' || traces === undefined || document === undefined) return entry;
  const parts = [...entry.parts, createAction(id, traces.dataStream), JSON.stringify(document), '\n'];
  return { ...entry, parts, meta: 2 };
}

function encode(line: SourceLine, recipe: Recipe): EncodedLine<Documents> {
  const { profile, policy, fit, traces } = recipe;
  const copied = recipe.copy?.(line.bytes);
  if (copied !== undefined) return { kind: 'entry', parts: [createAction(copied.id), copied.json, '\n'] };
  const result = parseFields(line);
  if (result.kind !== 'fields') return result;
  const { fields } = result;
  const isWhole = policy.isOpen && isDocument(profile, fields);
  if (isWhole && traces === undefined) return toEntry(fields['event.id'] as string, fields, line.bytes, fit);
  const parsed = toParsed(fields, line);
  if (parsed === undefined) return { kind: 'reject', reason: 'the line cannot be read' };
  const allowed = policy.apply(parsed);
  if (allowed === undefined) return { kind: 'skip' };
  if (isWhole) {
    const id = fields['event.id'] as string;
    return withTrace(toEntry(id, fields, line.bytes, fit), id, allowed, recipe);
  }
  const id = idOf(parsed, line);
  const document = toProfile(allowed, profile);
  return withTrace(toEntry(id, document, JSON.stringify(document), fit), id, allowed, recipe);
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

/** Of two documents of a line: the line waits for both, and is refused if one of them is. */
const URGENCY = ['retry', 'pause', 'reject', 'stored'] as const;

function resultOfLine([log, trace]: readonly ItemResult[]): ItemResult {
  if (log === undefined) return { kind: 'retry', reason: 'an item of the answer is missing' };
  if (trace === undefined || URGENCY.indexOf(log.kind) <= URGENCY.indexOf(trace.kind)) return log;
  return trace.kind === 'stored' ? trace : { kind: trace.kind, reason: `trace document: ${trace.reason}` };
}

function interpret(response: HttpResponse, { entries }: SinkBatch<Documents>): SendResult {
  const result = resultOfStatus(response.status, response.headers);
  if (result.kind !== 'stored') return result;
  const items = jsonBody(response)?.['items'];
  const documents = entries.reduce((sum, { meta = 1 }) => sum + meta, 0);
  if (!Array.isArray(items) || items.length !== documents) {
    return { kind: 'retry', reason: `${response.status} with an answer that is not one of _bulk` };
  }
  const results = items.map(resultOfItem);
  let at = 0;
  return { kind: 'items', items: entries.map(({ meta = 1 }) => resultOfLine(results.slice(at, (at += meta)))) };
}

/** Creates a sink that sends documents by `_bulk`. */
export function createBulkSink({ http, path, profile, traces }: BulkConfig, redact?: RedactLine, fit?: Fit): Sink {
  const policy = createLinePolicy(http.capture, redact);
  const isCopied = profile === 'ecs' && policy.isOpen && fit === undefined && traces === undefined;
  const recipe: Recipe = {
    profile,
    policy,
    fit,
    copy: isCopied ? createEcsCopy() : undefined,
    ...(traces === undefined
      ? {}
      : { traces: { dataStream: traces.dataStream, toDocument: traceDocumentsFor(traces) } }),
  };
  return createHttpSink<Documents>({
    http,
    path,
    contentType: 'application/x-ndjson',
    limits: LIMITS,
    encode: (line) => encode(line, recipe),
    interpret,
  });
}
