/** One call of `query()`: a turn, or several where the application streams its prompts. */

import type { CaptureSetting, Span, Tracer } from '@spanline/core';
import { type Props, props, setConversation, text } from '@spanline/instrumentation';
import { SCOPE } from './scope.ts';
import { type Start, Turn } from './turn.ts';
import { UsageSums } from './usage.ts';

/** Records one call of `query()`. */
export class Session {
  readonly #tracer: Tracer;
  readonly #start: Start;
  readonly #parent: Span;
  readonly #sums: UsageSums;
  readonly #signal: AbortSignal | undefined;
  #turn: Turn | undefined;
  #span: Span;
  #conversation: string | undefined;

  constructor(tracer: Tracer, capture: CaptureSetting | undefined, params: unknown) {
    const { prompt, options } = props(params);
    const { resume, continue: goesOn, abortController } = props(options);
    const surroundings = { scope: SCOPE, ...(capture === undefined ? {} : { capture }) };
    this.#tracer = tracer;
    this.#start = (span) => tracer.startSpan({ ...span, ...surroundings });
    this.#sums = new UsageSums(text(resume) !== undefined || goesOn === true);
    this.#signal = props(abortController)['signal'] as AbortSignal | undefined;
    this.#span = this.#begin();
    this.#parent = this.#span;
    if (typeof prompt === 'string') this.#span.input(prompt);
  }

  /** Runs work of the SDK: its tools in this process stand below the agent. */
  run<T>(fn: () => T): T {
    return this.#tracer.run(this.#span.isRecording ? this.#span : this.#parent, fn);
  }

  /** A message that the application receives. */
  message(value: unknown): void {
    const message = props(value);
    switch (message['type']) {
      case 'system':
        if (message['subtype'] === 'init') this.#converse(text(message['session_id']));
        break;
      case 'assistant':
        this.#open().answer(message);
        break;
      case 'user':
        this.#turn?.toolsAnswered(message);
        break;
      case 'result':
        this.#result(message);
        break;
      default:
    }
  }

  /** The stream is over. A turn without a result was cut off. */
  done(): void {
    this.close(this.#signal?.aborted === true ? 'aborted' : 'abandoned');
  }

  close(status: 'aborted' | 'abandoned', error?: unknown): void {
    const isAborted = this.#signal?.aborted === true;
    if (this.#turn === undefined) return;
    this.#turn.close(isAborted ? 'aborted' : error === undefined ? status : undefined, isAborted ? undefined : error);
    this.#turn = undefined;
  }

  #begin(): Span {
    const attributes = { 'gen_ai.agent.name': 'claude', 'gen_ai.provider.name': 'anthropic' } as const;
    this.#span = this.#start({ name: 'invoke_agent claude', type: 'agent', attributes });
    if (this.#conversation !== undefined) setConversation(this.#span, this.#conversation);
    this.#turn = new Turn(this.#start, this.#span);
    return this.#span;
  }

  #open(): Turn {
    if (this.#turn === undefined) this.#begin();
    return this.#turn as unknown as Turn;
  }

  #converse(id: string | undefined): void {
    if (id === undefined) return;
    this.#conversation = id;
    if (this.#span.isRecording) setConversation(this.#span, id);
  }

  #result(result: Props): void {
    const turn = this.#turn;
    const usages = this.#sums.ofTurn(result, turn?.mainModel);
    this.#turn = undefined;
    turn?.end(result, usages);
  }
}
