/** `fetch` that answers from a recording. */
import { SpanlineError } from '@spanline/record';
import type { ModelMatcher } from '../matching/model-matcher.ts';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { anthropicAnswer, anthropicEvents } from '../wire/anthropic-messages.ts';
import { errorResponse, failureResponse } from '../wire/failure.ts';
import { type ModelRequest, readModelRequest } from '../wire/model-request.ts';
import { openaiAnswer, openaiEvents } from '../wire/openai-chat.ts';
import { type StreamEnd, streamedBody } from '../wire/streamed-body.ts';

/** Options of {@link createReplayFetch}. */
export interface ReplayFetchOptions {
  readonly matcher: ModelMatcher;
  readonly asRecorded: boolean;
  onAnswer(call: RecordedModelCall): void;
  onMiss(reason: string): void;
}

/** Clients take an answer with this status as final. */
const MISS_STATUS = 400;

function endOf({ record }: RecordedModelCall): StreamEnd {
  const status = record['span.status'];
  if (status === 'aborted' || status === 'abandoned') return 'open';
  return status === 'error' ? 'broken' : 'whole';
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
  if (end === 'open' && (!request.isStreamed || call.answers.length === 0)) return untilAborted(signal);
  if (end === 'broken' && (!request.isStreamed || call.answers.length === 0))
    return failureResponse(request.api, record);
  const isOpenAi = request.api === 'openai-chat';
  const headers = { 'x-request-id': record['spanline.provider.request_id'] ?? `replay-${call.spanId}` };
  if (!request.isStreamed) {
    const body = isOpenAi ? openaiAnswer(call) : anthropicAnswer(call);
    return Response.json(body, { headers });
  }
  const isWhole = end === 'whole';
  const events = isOpenAi ? openaiEvents(call, request.wantsUsage, isWhole) : anthropicEvents(call, isWhole);
  const stream = streamedBody(events, { record, end, asRecorded, signal });
  return new Response(stream, { headers: { ...headers, 'content-type': 'text/event-stream' } });
}

/** Creates the function. A miss is an answer with status 400, which no client sends again. */
export function createReplayFetch(options: ReplayFetchOptions): typeof fetch {
  const { matcher, asRecorded, onAnswer, onMiss } = options;
  return async (input, init) => {
    const asked = new Request(input, init);
    const request = readModelRequest(asked.url, await asked.text());
    const api = request?.api ?? 'openai-chat';
    try {
      asked.signal.throwIfAborted();
      if (request === undefined) {
        const { pathname } = new URL(asked.url);
        const problem = `a recording has no answer to ${asked.method} ${pathname}: chat completions of OpenAI and messages of Anthropic are replayed`;
        throw new SpanlineError({ code: 'ERR_REPLAY_MISS', problem });
      }
      const call = matcher.take(request);
      onAnswer(call);
      return await respond(call, request, asked.signal, asRecorded);
    } catch (error) {
      if (!(error instanceof SpanlineError)) throw error;
      onMiss(error.message);
      return errorResponse(api, MISS_STATUS, error.code, error.message);
    }
  };
}
