/** The events of `ai` 6, which name no call, as spans. Each call has an object of its own. */

import { isObject, number, type Props, props, text } from '@spanline/instrumentation';
import { Attempts } from '../calls/attempts.ts';
import type { CallEnds } from '../calls/call-place.ts';
import { watchCaller } from '../calls/caller.ts';
import { claimEvent } from '../calls/claims.ts';
import type { Cut } from '../calls/cut.ts';
import { ModelCall } from '../calls/model-call.ts';
import type { OpenOperations } from '../calls/open-operations.ts';
import { describeEnd, endOperation, NO_CALLS, type Operation, startOperation } from '../calls/operation.ts';
import { startAround } from '../calls/starts.ts';
import { endTool, startTool, stepId } from '../calls/steps.ts';
import type { Tracing } from '../tracing.ts';

/** The settings of a call; `ai` 6 has provider and model in an object. */
const settingsOf = (event: Props): Props => ({
  ...event,
  provider: props(event['model'])['provider'],
  modelId: props(event['model'])['modelId'],
});

/** `ai` 6 keeps a place for the body of an answer that came whole, and none in a stream. */
const isStreamed = (answer: unknown): boolean => isObject(answer) && !('body' in answer);

/** Records one call of `generateText` or `streamText`. */
export class StepEvents {
  readonly #tracing: Tracing;
  readonly #operations: OpenOperations;
  #id: string | undefined;
  #attempts: Attempts | undefined;
  readonly #taken = new WeakSet<object>();
  /** Settings of the call. The events of its steps have only the messages. */
  #settings: Props = {};

  constructor(tracing: Tracing, operations: OpenOperations) {
    this.#tracing = tracing;
    this.#operations = operations;
  }

  get #operation(): Operation | undefined {
    return this.#id === undefined ? undefined : this.#operations.get(this.#id);
  }

  /** True for an event that comes for the first time. It comes again to an object that is registered twice. */
  takes(event: Props): boolean {
    if (this.#taken.has(event)) return false;
    this.#taken.add(event);
    return true;
  }

  /** @param holder - kept by the SDK as long as it may report the end of the call */
  start(event: Props, holder: object): void {
    const { tracer } = this.#tracing;
    if (!tracer.enabled || !isObject(event['model']) || !claimEvent(tracer, event, this)) return;
    const { prompt: _prompt, ...settings } = settingsOf(event);
    const request = { ...settings, prompt: event['prompt'] };
    const operation = startAround(event, () => startOperation(this.#tracing, 'ai.generateText', request, {}));
    if (operation === undefined) return;
    this.#id = operation.id;
    this.#settings = settings;
    this.#operations.start(operation, holder);
    watchCaller(event['abortSignal'], operation, (how) => this.#cut(operation, how));
    this.#tracing.enter(operation.span);
  }

  stepStart(event: Props): void {
    const operation = this.#operation;
    if (operation === undefined) return;
    const request = { ...this.#settings, ...settingsOf(event) };
    const { span, hidden } = operation;
    const onCut = (how: Cut): void => this.#cut(operation, how);
    const start = (onFailed: (error: unknown) => void): ModelCall => {
      const ends: CallEnds = {
        onStream: () => this.#streamed(operation),
        onCut: (_, how) => onCut(how),
        onFailed: (_, error) => onFailed(error),
      };
      const call = new ModelCall(this.#tracing, request, hidden, true, { operation, ends, parent: span });
      operation.calls = [call];
      return call;
    };
    const maxRetries = number(request['maxRetries']) ?? 0;
    this.#attempts = new Attempts({ span, maxRetries, start, onGivenUp: onCut });
    this.#tracing.enter(this.#attempts.start().span);
  }

  #cut(operation: Operation, how: Cut): void {
    this.#tracing.guard('end', () => this.#operations.cut(operation, how));
  }

  toolStart(event: Props): void {
    const operation = this.#operation;
    if (operation === undefined) return;
    for (const call of operation.calls) call.answered();
    this.#tracing.enter(startTool(this.#tracing, operation, event));
  }

  toolEnd(event: Props): void {
    const operation = this.#operation;
    const { toolCallId } = props(event['toolCall']);
    const { success, output, error } = event;
    if (operation === undefined) return;
    endTool(operation, stepId(toolCallId), { output, failure: success === false ? { error } : undefined });
  }

  stepEnd(event: Props): void {
    const operation = this.#operation;
    if (operation === undefined) return;
    this.#attempts?.goOn();
    const streamed = this.#tracing.guard('answer', () => isStreamed(event['response'])) ?? false;
    if (streamed) this.#streamed(operation);
    for (const call of operation.calls) call.end(event, { 'gen_ai.request.stream': streamed || undefined });
    operation.calls = NO_CALLS;
    this.#operations.answered(operation, event);
  }

  /** The events differ between `streamText` and `generateText` once there is an answer. */
  #streamed({ span }: Operation): void {
    if (span.type === 'chain' && text(this.#settings['functionId']) === undefined) span.updateName('streamText');
  }

  end(event: Props): void {
    const operation = this.#operation;
    if (operation === undefined || !this.#operations.end(operation)) return;
    this.#tracing.guard('end', () => describeEnd(operation, event));
    endOperation(operation);
  }
}
