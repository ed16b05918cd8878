import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { expect } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler, type SpanlineCallbackHandlerOptions } from '@spanline/langchain';

/** A log, its tracer and a handler, as an application sets them up. */
export interface World {
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  readonly callbacks: SpanlineCallbackHandler[];
  /** The tree of what was logged; `keys` are shown behind the names. */
  tree(...keys: string[]): string;
  /** The record of the span with this name; the last one where there are several. */
  record(name: string): Record<string, unknown>;
  /** Every line is valid, nothing is open, and no fault of ours was swallowed. */
  check(): void;
}

/** A new world. */
export function createWorld(options: Omit<SpanlineCallbackHandlerOptions, 'tracer'> = {}): World {
  const log = memoryLog();
  const tracer = createTracer({
    logger: log.logger,
    service: { name: 'test' },
    statsIntervalSeconds: 0,
    capture: 'full',
  });
  return {
    log,
    tracer,
    callbacks: [new SpanlineCallbackHandler({ tracer, ...options })],
    tree: (...keys) => tree(log.records(), { attributes: keys }),
    record(name) {
      const record = log.records().findLast((each) => each['span.name'] === name);
      if (record === undefined) throw new Error(`no span ${name} in\n${tree(log.records())}`);
      return record as Record<string, unknown>;
    },
    check() {
      for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
      expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
    },
  };
}

/** A chat model that gives these answers, one after the other; an error is thrown. */
export class ScriptedModel extends BaseChatModel {
  readonly #answers: (AIMessage | Error)[];

  constructor(...answers: (AIMessage | Error | string)[]) {
    super({});
    this.#answers = answers.map((answer) => (typeof answer === 'string' ? new AIMessage(answer) : answer));
  }

  override _llmType(): string {
    return 'scripted';
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(_messages: BaseMessage[]): Promise<ChatResult> {
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('nothing to say');
    return { generations: [{ message: answer, text: answer.text }] };
  }
}

/** A message that calls tools: `calls(['adder', { a: 1 }, 'call_1'])`. */
export function calls(...given: [name: string, args: Record<string, unknown>, id: string][]): AIMessage {
  return new AIMessage({ content: '', tool_calls: given.map(([name, args, id]) => ({ name, args, id })) });
}
