/** Recorded failures as answers of a provider. */
import { type ErrorClass, isPlainObject, parseContent, props, type SpanRecord } from '@spanline/record';
import { amazonChunk, amazonException } from './amazon-stream.ts';
import { type Api, isAmazon } from './model-request.ts';

const STATUS: Readonly<Partial<Record<ErrorClass, number>>> = {
  rate_limit: 429,
  auth: 401,
  context_length: 400,
  content_filter: 400,
};

/** Classes of failures that no provider reported: there was no answer, or its connection broke. */
const UNTOLD: ReadonlySet<string | undefined> = new Set<ErrorClass>(['timeout', 'network', 'aborted']);

/** Clients of OpenAI and Anthropic try again unless this header says no: the recorded call had its attempts. */
const HEADERS = { 'content-type': 'application/json', 'x-should-retry': 'false' };

const FALLBACK_STATUS = 500;

/** Amazon's clients read the type of a failure from a header. */
const headersOf = (api: Api, type: string): Record<string, string> =>
  isAmazon(api) ? { ...HEADERS, 'x-amzn-errortype': type } : HEADERS;

function errorBody(api: Api, type: string, message: string): object {
  if (isAmazon(api)) return { message };
  return api === 'anthropic-messages'
    ? { type: 'error', error: { type, message } }
    : { error: { message, type, code: type } };
}

/** An answer that is an error. */
export function errorResponse(api: Api, status: number, type: string, message: string): Response {
  return new Response(JSON.stringify(errorBody(api, type, message)), { status, headers: headersOf(api, type) });
}

/** A message of an error as clients make it of a status and a body, and LangChain of that. */
const MESSAGE = /^(?:(?<status>[45]\d\d) )?(?<said>.*?)(?:\n\nTroubleshooting URL: \S+\n)?$/s;

/** A failure that a provider reported. */
interface ReportedFailure {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** The body, where the client put all of it into the message. */
  readonly body: object | undefined;
}

/** Reads the failure that a provider reported; `undefined` for a failure of the network or of time. */
function reportedFailure(record: SpanRecord): ReportedFailure | undefined {
  const kind = record['spanline.error.class'] as ErrorClass | undefined;
  const { status, said = '' } = MESSAGE.exec(record['error.message'] ?? '')?.groups ?? {};
  if (status === undefined && UNTOLD.has(kind)) return undefined;
  const type = record['error.type'] ?? 'error';
  const body = parseContent(said);
  const sent = record['http.response.status_code'] ?? 0;
  const byKind = (kind === undefined ? undefined : STATUS[kind]) ?? FALLBACK_STATUS;
  return {
    status: status === undefined ? (sent >= 400 ? sent : byKind) : Number(status),
    type,
    message: said === '' ? type : said,
    body: isPlainObject(body) ? body : undefined,
  };
}

/** True for an error that the provider reported, and false for a connection that broke. */
export const isReported = (record: SpanRecord): boolean => reportedFailure(record) !== undefined;

/**
 * A recorded failure as the answer that a client makes it of.
 *
 * @throws TypeError as `fetch` does, for a broken connection
 */
export function failureResponse(api: Api, record: SpanRecord): Response {
  const reported = reportedFailure(record);
  if (reported === undefined)
    throw new TypeError('fetch failed', { cause: new Error(record['error.message'] ?? 'the recorded call failed') });
  const { status, type, message, body } = reported;
  return body === undefined
    ? errorResponse(api, status, type, message)
    : new Response(JSON.stringify(body), { status, headers: headersOf(api, type) });
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Responses has an event for a failure, and one for an answer that failed. */
function responsesFailure(record: SpanRecord, code: string, message: string): Event {
  if (record['gen_ai.response.finish_reasons']?.includes('failed') !== true)
    return { type: 'error', code, message, param: null };
  const response = {
    id: record['gen_ai.response.id'] ?? `resp_${record.span_id ?? ''}`,
    object: 'response',
    status: 'failed',
    model: record['gen_ai.response.model'] ?? record['gen_ai.request.model'],
    error: { code, message },
    output: [],
    usage: null,
  };
  return { type: 'response.failed', response };
}

/**
 * A recorded failure as the last event of a stream that had begun; nothing for a connection that broke.
 *
 * @param place - of the event in the stream, from 0
 */
export function failureEvents(api: Api, record: SpanRecord, place: number): (string | Uint8Array)[] {
  const reported = reportedFailure(record);
  if (reported === undefined) return [];
  const { type, message, body } = reported;
  if (api === 'openai-responses') {
    const event = { ...responsesFailure(record, type, message), sequence_number: place };
    return [`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`];
  }
  if (isAmazon(api))
    return [isPlainObject(props(body)['error']) ? amazonChunk(body ?? {}) : amazonException(type, message)];
  const data = JSON.stringify(body ?? errorBody(api, type, message));
  return [api === 'anthropic-messages' ? `event: error\ndata: ${data}\n\n` : `data: ${data}\n\n`];
}
