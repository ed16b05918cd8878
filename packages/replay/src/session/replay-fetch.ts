/** `fetch` that answers from a recording. */
import { SpanlineError } from '@spanline/record';
import type { ModelMatcher } from '../matching/model-matcher.ts';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { amazonChunk } from '../wire/amazon-stream.ts';
import { anthropicAnswer, anthropicEvents } from '../wire/anthropic-messages.ts';
import { converseAnswer, converseEvents } from '../wire/bedrock-converse.ts';
import { errorResponse, failureEvents, failureResponse, isReported } from '../wire/failure.ts';
import { type Api, isAmazon, type ModelRequest, readModelRequest } from '../wire/model-request.ts';
import { openaiAnswer, openaiEvents } from '../wire/openai-chat.ts';
import { responsesAnswer, responsesEvents, responsesItems } from '../wire/openai-responses.ts';
import { type StreamEnd, streamedBody } from '../wire/streamed-body.ts';

/** Options of {@link createReplayFetch}. */
export interface ReplayFetchOptions {
  readonly matcher: ModelMatcher;
  readonly asRecorded: boolean;
  onAnswer(call: RecordedModelCall): void;
  onMiss(reason: string): void;
  /** Sends requests for embeddings, which belong to a live retriever. `undefined` if it is recorded. */
  readonly sendEmbeddings: typeof fetch | undefined;
}

/** How an API says a recorded answer: whole, and as the events of a stream. */
interface Wording {
  readonly whole: (call: RecordedModelCall) => object;
  readonly events: (call: RecordedModelCall, request: ModelRequest, isWhole: boolean) => (string | Uint8Array)[];
}

const WORDINGS: Readonly<Record<Api, Wording>> = {
  'openai-chat': {
    whole: openaiAnswer,
    events: (call, { wantsUsage }, isWhole) => openaiEvents(call, wantsUsage, isWhole),
  },
  'openai-responses': {
    whole: responsesAnswer,
    events: (call, _, isWhole) => responsesEvents(call, isWhole),
  },
  'anthropic-messages': {
    whole: anthropicAnswer,
    events: (call, _, isWhole) =>
      anthropicEvents(call, isWhole).map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
  },
  'bedrock-anthropic': {
    whole: anthropicAnswer,
    events: (call, _, isWhole) => anthropicEvents(call, isWhole).map(amazonChunk),
  },
  'bedrock-converse': {
    whole: converseAnswer,
    events: (call, _, isWhole) => converseEvents(call, isWhole),
  },
};

/** Clients take an answer with this status as final. */
const MISS_STATUS = 400;

/** How a recorded call ended: `failed` with an error of the provider, the others as streams do. */
function endOf({ record }: RecordedModelCall): StreamEnd | 'failed' {
  const status = record['span.status'];
  if (status === 'aborted' || status === 'abandoned') return 'open';
  if (status !== 'error') return 'whole';
  return isReported(record) ? 'failed' : 'broken';
}

/** A call that was aborted before it had an answer waits until it is aborted again. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function respond(
  call: RecordedModelCall,
  request: ModelRequest,
  signal: AbortSignal,
  asRecorded: boolean,
): Response | Promise<never> {
  const end = endOf(call);
  const { record } = call;
  const hasBegun = request.isStreamed && call.answers.length > 0;
  if (end === 'open' && !hasBegun) return untilAborted(signal);
  if ((end === 'broken' || end === 'failed') && !hasBegun) return failureResponse(request.api, record);
  const wording = WORDINGS[request.api];
  const isOfAmazon = isAmazon(request.api);
  const id = record['spanline.provider.request_id'] ?? `replay-${call.spanId}`;
  const headers = { [isOfAmazon ? 'x-amzn-requestid' : 'x-request-id']: id };
  if (!request.isStreamed) {
    return Response.json(wording.whole(call), { headers });
  }
  const events = wording.events(call, request, end === 'whole');
  if (end === 'failed') events.push(...failureEvents(request.api, record, events.length));
  const stream = streamedBody(events, { record, end: end === 'failed' ? 'whole' : end, asRecorded, signal });
  const type = isOfAmazon ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
  return new Response(stream, { headers: { ...headers, 'content-type': type } });
}

const EMBEDDINGS = /\/embeddings$/;
/** Commands of Bedrock. */
const BEDROCK = /\/model\/[^/]+\/[^/]+$/;

/** Says why a request to another path has no answer. */
function notSpoken(method: string, pathname: string): string {
  const none = `a recording has no answer to ${method} ${pathname}`;
  if (BEDROCK.test(pathname))
    return `${none}: Converse is replayed, and InvokeModel for models of Anthropic; replace the function around it by recorded.model()`;
  return EMBEDDINGS.test(pathname)
    ? `${none}: lines have no vectors; replace the retriever around it by recorded.retriever(), or run it for real (live: retriever)`
    : `${none}: chat completions and Responses of OpenAI, messages of Anthropic and Converse of Amazon Bedrock are replayed`;
}

/** Creates the function. A miss is an answer with status 400, which no client sends again. */
export function createReplayFetch(options: ReplayFetchOptions): typeof fetch {
  const { matcher, asRecorded, onAnswer, onMiss, sendEmbeddings } = options;
  const items = new Map<string, object>();
  return async (input, init) => {
    const asked = new Request(input, init);
    const { pathname } = new URL(asked.url);
    if (sendEmbeddings !== undefined && EMBEDDINGS.test(pathname)) return sendEmbeddings(asked);
    const request = readModelRequest(asked.url, await asked.text(), (id) => items.get(id));
    const api = request?.api ?? (BEDROCK.test(pathname) ? 'bedrock-converse' : 'openai-chat');
    try {
      asked.signal.throwIfAborted();
      if (request === undefined) {
        throw new SpanlineError({ code: 'ERR_REPLAY_MISS', problem: notSpoken(asked.method, pathname) });
      }
      const call = matcher.take(request);
      onAnswer(call);
      if (request.api === 'openai-responses') for (const [id, item] of responsesItems(call)) items.set(id, item);
      return await respond(call, request, asked.signal, asRecorded);
    } catch (error) {
      if (!(error instanceof SpanlineError)) throw error;
      onMiss(error.message);
      return errorResponse(api, MISS_STATUS, error.code, error.message);
    }
  };
}
