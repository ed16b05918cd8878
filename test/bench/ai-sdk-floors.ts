/** Telemetry objects that do a part of what ours does: the time below which no design of ours comes. */

import { openSync, writeSync } from 'node:fs';
import type { Telemetry } from 'ai';
import type { Span, Tracer } from '@spanline/core';
import { ANSWER, answerFacts, QUESTION, requestFacts } from './facts.ts';

/** What the SDK hands to `executeLanguageModelCall`. */
interface Work<T> {
  readonly execute: () => PromiseLike<T>;
}

/** The SDK binds each callback for each call. As from ours, it gets the callback itself. */
function bound(telemetry: Telemetry): Telemetry {
  for (const callback of Object.values(telemetry)) {
    Object.defineProperty(callback, 'bind', { value: () => callback, configurable: true });
  }
  return telemetry;
}

const nothing = (): void => undefined;

/**
 * What ours asks for besides the start and the end. The SDK wraps each callback for each call, copies each event that
 * happens, and awaits its callback: a call without tools has the first two.
 */
const EVENTS: Telemetry = {
  onObjectStepStart: nothing,
  onObjectStepEnd: nothing,
  onToolExecutionStart: nothing,
  onToolExecutionEnd: nothing,
  onEmbedStart: nothing,
  onEmbedEnd: nothing,
  onRerankStart: nothing,
  onAbort: nothing,
  onError: nothing,
  executeTool: async <T>({ execute }: Work<T>) => execute(),
};

/** Callbacks that do nothing. */
export const idle = (): Telemetry =>
  bound({
    ...EVENTS,
    onStart: nothing,
    onEnd: nothing,
    executeLanguageModelCall: async <T>({ execute }: Work<T>) => execute(),
  });

/** The same, with the two spans of the call: their facts are there already, and nothing of the SDK is read. */
export function twoSpans(tracer: Tracer): Telemetry {
  let chain: Span;
  return bound({
    ...EVENTS,
    onStart(): void {
      chain = tracer.startSpan({ name: 'generateText', type: 'chain' }).input(QUESTION);
    },
    async executeLanguageModelCall<T>({ execute }: Work<T>): Promise<T> {
      const attributes = requestFacts();
      const span = tracer.startSpan({ name: 'chat gpt-4o-mini', type: 'llm', parent: chain, attributes });
      const answer = await tracer.run(span, execute);
      span.set(answerFacts()).end();
      return answer;
    },
    onEnd: () => chain.output(ANSWER).end(),
  });
}

/** The same, with two records of the same size that are ready, instead of spans: JSON, and a write each. */
export function twoWrites(): Telemetry {
  const file = openSync('/dev/null', 'w');
  const ids = { trace_id: '0'.repeat(32), span_id: '0'.repeat(16), level: 'info', 'event.name': 'span.end' };
  const chain = { ...ids, 'span.name': 'generateText', 'spanline.input': QUESTION, 'spanline.output': ANSWER };
  const call = { ...ids, 'span.name': 'chat gpt-4o-mini', ...requestFacts(), ...answerFacts() };
  const write = (record: object): void => void writeSync(file, `${JSON.stringify({ ...record, time: Date.now() })}\n`);
  return bound({
    ...EVENTS,
    onStart: nothing,
    async executeLanguageModelCall<T>({ execute }: Work<T>): Promise<T> {
      const answer = await execute();
      write(call);
      return answer;
    },
    onEnd: () => write(chain),
  });
}
