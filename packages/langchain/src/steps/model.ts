/** Model calls: their start, the tokens they stream, and their end. */

import type { Message, Span } from '@spanline/core';
import { attributesOf, observedUsage, props, type Run, text } from '@spanline/instrumentation';
import { readModelError, readModelOutput } from '../models/answer.ts';
import { hasSound } from '../models/dropped-counts.ts';
import { readModelRequest } from '../models/request.ts';
import {
  addStreamEvent,
  addToken,
  createStreamedAnswer,
  partialOutput,
  type StreamedAnswer,
} from '../models/streamed-answer.ts';
import { serializedClass } from '../objects/names.ts';
import { nameAttributes, promptName } from '../objects/prompt.ts';
import type { RunStart } from '../objects/run-start.ts';
import type { EndArguments, OpenRuns } from '../runs/open-runs.ts';
import { DEFAULT_TRAITS, type RunData } from '../runs/run-data.ts';

/** Arguments of `handleChatModelStart` and `handleLLMStart` about the call itself. */
export interface ModelStart {
  readonly operation: 'chat' | 'text_completion';
  readonly llm: unknown;
  readonly extra: unknown;
  readonly runName: unknown;
  /** The last message or prompt. */
  readonly question: unknown;
}

/** Starts a model call. Its prompt is the one that was filled last in the enclosing run. */
export function startModel(runs: OpenRuns, start: RunStart, given: ModelStart): Span | undefined {
  const { operation, llm, extra, runName, question } = given;
  const { model, attributes } = readModelRequest(llm, extra, start.metadata, serializedClass(llm));
  const name = `${operation} ${text(runName) ?? model ?? serializedClass(llm) ?? 'model'}`;
  const span = runs.start(start, { name, type: 'llm', attributes }, { ...DEFAULT_TRAITS, retryKey: question });
  const prompt = promptName(start.metadata) ?? runs.outer(start.parentRunId)?.data.prompt;
  if (prompt !== undefined) span?.set(nameAttributes(prompt));
  const data = span === undefined ? undefined : runs.get(start.runId)?.data;
  if (data === undefined) return undefined;
  data.isCached = props(extra)['cached'] === true;
  const { signal } = props(props(extra)['options']);
  data.call.watch(signal);
  if (signal instanceof AbortSignal) data.signal = new WeakRef(signal);
  return span;
}

/** Sets the messages of a call of a chat model. */
export function setMessages(runs: OpenRuns, runId: string, span: Span, messages: Message[]): void {
  span.set({ 'gen_ai.input.messages': messages });
  if (attributesOf(span)?.['gen_ai.provider.name']?.startsWith('gcp.') !== true) return;
  const data = runs.get(runId)?.data;
  if (data !== undefined) data.hasSound = hasSound(messages);
}

const requestModel = (span: Span): string | undefined => attributesOf(span)?.['gen_ai.request.model'];

function streamedAnswer({ span, data }: Run<RunData>): StreamedAnswer {
  return (data.streamed ??= createStreamedAnswer(requestModel(span)));
}

/** Adds a token to the answer of a model call. */
export function streamToken(run: Run<RunData>, token: unknown, fields: unknown): void {
  const answer = streamedAnswer(run);
  if (addToken(answer, token, fields)) run.span.set(partialOutput(answer));
}

/** Adds an event of LangChain's stream protocol to the answer. */
export function streamEvent(run: Run<RunData>, event: unknown): void {
  const answer = streamedAnswer(run);
  if (addStreamEvent(answer, event)) run.span.set(partialOutput(answer));
}

/** Sets the answer of a model call. */
export function describeModelEnd({ span, data }: Run<RunData>, output: unknown, extra: unknown): void {
  const isCached = data.isCached || props(extra)['cached'] === true;
  const { startedMs, streamed } = data;
  const observed = observedUsage(span);
  const model = requestModel(span);
  span.set(
    readModelOutput(output, { startedMs, streamed, isCached, observed, requestModel: model, hasSound: data.hasSound }),
  );
}

/** Ends a run that threw. A model call, also one that runs as a chain, gets request id and rate limit of the error. */
export function failModel(runs: OpenRuns, end: EndArguments, error: unknown): void {
  const run = runs.get(end[0]);
  try {
    if (run?.owned === true && run.span.type === 'llm') run.span.set(readModelError(error));
  } finally {
    runs.fail(end, error);
  }
}
