/** The protocol `_bulk`: lines as documents, and its answer for each of them. */
import { type ParsedLine, SpanlineError } from '@spanline/record';
import type { HttpResponse, Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { EncodedLine, SendResult, Sink, SinkBatch } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import type { TraceStream } from '../contracts/trace-stream.ts';
import { resultOfItem, resultOfLine } from './bulk-items.ts';
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

/**
 * Whether a proxy refused a request with an answer of its own, so that the lines are not to blame: a web page, or JSON
 * without the error of the target. `filter_path` leaves `{}` of that.
 */
function isOfProxy(response: HttpResponse): boolean {
  const { status, headers } = response;
  if (status !== 400 && status !== 422) return false;
  if (/^text\/html/i.test(headers['content-type'] ?? '')) return true;
  const answer = jsonBody(response) ?? {};
  return Object.keys(answer).length > 0 && answer['error'] === undefined;
}

function interpret(response: HttpResponse, { entries }: SinkBatch<Documents>): SendResult {
  const { status, headers } = response;
  if (isOfProxy(response)) return { kind: 'pause', reason: `${status} from a proxy; is the URL right?` };
  const result = resultOfStatus(status, headers);
  if (result.kind !== 'stored') return result;
  const items = jsonBody(response)?.['items'];
  const documents = entries.reduce((sum, { meta = 1 }) => sum + meta, 0);
  if (!Array.isArray(items) || items.length !== documents) {
    return { kind: 'retry', reason: `${status} with an answer that is not one of _bulk` };
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
