/** The telemetry object that an application registers with the SDK. */

import { type Props, props, type TraceOptions } from '@spanline/instrumentation';
import { OpenOperations } from '../calls/open-operations.ts';
import { createTracing, type Tracing } from '../tracing.ts';
import { RunEvents } from './run-events.ts';
import { StepEvents } from './step-events.ts';

/** A callback of the SDK. */
type Listener = (event: unknown) => void;

/** Work of the SDK that runs inside of a span. */
export interface Work<T> {
  readonly callId: string;
  readonly execute: () => PromiseLike<T>;
}

/** The callbacks of `Telemetry` (`ai` 7) and of `TelemetryIntegration` (`ai` 6). */
export interface SpanlineTelemetry {
  readonly onStart: Listener;
  readonly onStepStart?: Listener;
  readonly onStepFinish?: Listener;
  readonly onStepEnd?: Listener;
  readonly onToolCallStart: Listener;
  readonly onToolCallFinish: Listener;
  readonly onFinish: Listener;
  readonly onLanguageModelCallStart: Listener;
  readonly onLanguageModelCallEnd: Listener;
  readonly onObjectStepStart: Listener;
  readonly onObjectStepEnd: Listener;
  readonly onToolExecutionStart: Listener;
  readonly onToolExecutionEnd: Listener;
  readonly onEmbedStart: Listener;
  readonly onEmbedEnd: Listener;
  readonly onRerankStart: Listener;
  readonly onEnd: Listener;
  readonly onAbort: Listener;
  readonly onError: Listener;
  executeLanguageModelCall<T>(work: Work<T>): PromiseLike<T>;
  executeTool<T>(work: Work<T> & { readonly toolCallId: string }): PromiseLike<T>;
}

/**
 * Makes `bind` of a callback that needs no `this` give the callback itself. The SDK binds each callback for each call,
 * also those that it never calls.
 */
function bound<F extends (...args: never) => unknown>(callback: F): F {
  const bind = (self: unknown, ...args: readonly unknown[]): unknown =>
    args.length === 0 ? callback : Reflect.apply(Function.prototype.bind, callback, [self, ...args]);
  return Object.defineProperty(callback, 'bind', { value: bind, configurable: true, writable: true });
}

/**
 * Hands out the callbacks only while the tracer is on. The SDK reads them for each call, and makes no event that nobody
 * asks for.
 *
 * @param callbacks - those that are the same for each call
 * @param made - functions that make the others
 */
function whileEnabled(
  { tracer }: Tracing,
  callbacks: Readonly<Record<string, unknown>>,
  made: Readonly<Record<string, () => unknown>>,
): SpanlineTelemetry {
  const telemetry = {};
  const define = (key: string, get: () => unknown): void =>
    void Object.defineProperty(telemetry, key, { get, enumerable: true });
  for (const [key, make] of Object.entries(made)) define(key, () => (tracer.enabled ? make() : undefined));
  for (const [key, callback] of Object.entries(callbacks)) define(key, () => (tracer.enabled ? callback : undefined));
  return telemetry as SpanlineTelemetry;
}

/**
 * Creates the telemetry object of the AI SDK. One object serves `ai` 6 and 7.
 *
 * @example
 * ```ts
 * import { registerTelemetry } from 'ai';
 * import { spanlineTelemetry } from '@spanline/ai-sdk';
 * import { createTracer } from '@spanline/core';
 *
 * registerTelemetry(spanlineTelemetry({ tracer: createTracer() }));
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function spanlineTelemetry(options: TraceOptions = {}): SpanlineTelemetry {
  const tracing = createTracing(options);
  const runs = new RunEvents(tracing);
  const operations = new OpenOperations();
  const { guard } = tracing;
  const listener = (handle: (runs: RunEvents, event: Props) => void): Listener =>
    bound((event) => guard('telemetry', handle, runs, props(event)));

  // Both versions read the callbacks once for each call. `ai` 6 reads `onStart` first, so that its events, which name
  // no call, find theirs. `ai` 7 reads `onStepEnd` first: its events name their call, and none of a step is needed.
  let steps: StepEvents | undefined;
  let namesCalls = false;
  const ofStep = (handle: (call: StepEvents, event: Props) => void): Listener => {
    const call = steps;
    return (event) => {
      if (call !== undefined) guard('telemetry', handle, call, props(event));
    };
  };
  const onStart = listener((own, event) => {
    if (event['callId'] !== undefined) own.start(event);
  });
  const made = {
    onStart() {
      if (namesCalls) {
        steps = undefined;
        namesCalls = false;
        return onStart;
      }
      const call = new StepEvents(tracing, operations);
      steps = call;
      return listener((own, event) => (event['callId'] === undefined ? call.start(event) : own.start(event)));
    },
    onStepStart() {
      return steps === undefined ? undefined : ofStep((call, event) => call.stepStart(event));
    },
    onStepFinish() {
      return namesCalls ? undefined : ofStep((call, event) => call.stepEnd(event));
    },
    onStepEnd(): undefined {
      namesCalls = true;
    },
    onToolCallStart() {
      return ofStep((call, event) => call.toolStart(event));
    },
    onToolCallFinish() {
      return ofStep((call, event) => call.toolEnd(event));
    },
    onFinish() {
      namesCalls = false;
      return ofStep((call, event) => call.end(event));
    },
  };
  const callbacks = {
    onLanguageModelCallStart: listener((own, event) => own.callStart(event)),
    onLanguageModelCallEnd: listener((own, event) => own.callEnd(event)),
    onObjectStepStart: listener((own, event) => own.objectStart(event)),
    onObjectStepEnd: listener((own, event) => own.objectEnd(event)),
    onToolExecutionStart: listener((own, event) => own.toolStart(event)),
    onToolExecutionEnd: listener((own, event) => own.toolEnd(event)),
    onEmbedStart: listener((own, event) => own.embedStart(event)),
    onEmbedEnd: listener((own, event) => own.embedEnd(event)),
    onRerankStart: listener((own, event) => own.rerankStart(event)),
    onEnd: listener((own, event) => own.end(event)),
    onAbort: listener((own, event) => own.abort(event)),
    onError: listener((own, event) => own.fail(event)),
    executeLanguageModelCall: bound(<T>(work: Work<T>) => runs.call(props(work), work.execute)),
    executeTool: bound(<T>(work: Work<T>) => runs.tool(props(work), work.execute)),
  };
  return whileEnabled(tracing, callbacks, made);
}
