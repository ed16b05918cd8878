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
 * Hands out the callbacks only while the tracer is on. The SDK reads them for each call, and makes no event that nobody
 * asks for.
 */
function whileEnabled({ tracer }: Tracing, callbacks: object): SpanlineTelemetry {
  const telemetry = {};
  for (const key of Object.keys(callbacks)) {
    const get = (): unknown => (tracer.enabled ? Reflect.get(callbacks, key) : undefined);
    Object.defineProperty(telemetry, key, { get, enumerable: true });
  }
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
  const guarded =
    (handle: (event: Props) => void): Listener =>
    (event) =>
      tracing.guard('telemetry', () => handle(props(event)));

  // Both versions read the callbacks once for each call. `ai` 6 reads `onStart` first, so that its events, which name
  // no call, find theirs. `ai` 7 reads `onStepEnd` first: its events name their call, and none of a step is needed.
  let steps: StepEvents | undefined;
  let namesCalls = false;
  const ofStep = (handle: (call: StepEvents, event: Props) => void): Listener => {
    const call = steps;
    return guarded((event) => {
      if (call !== undefined) handle(call, event);
    });
  };
  const telemetry = {
    get onStart() {
      const call = namesCalls ? undefined : new StepEvents(tracing, operations);
      steps = call;
      namesCalls = false;
      return guarded((event) => (event['callId'] === undefined ? call?.start(event) : runs.start(event)));
    },
    get onStepStart() {
      return steps === undefined ? undefined : ofStep((call, event) => call.stepStart(event));
    },
    get onStepFinish() {
      return namesCalls ? undefined : ofStep((call, event) => call.stepEnd(event));
    },
    get onStepEnd(): Listener | undefined {
      namesCalls = true;
      return undefined;
    },
    get onToolCallStart() {
      return ofStep((call, event) => call.toolStart(event));
    },
    get onToolCallFinish() {
      return ofStep((call, event) => call.toolEnd(event));
    },
    get onFinish() {
      namesCalls = false;
      return ofStep((call, event) => call.end(event));
    },
    onLanguageModelCallStart: guarded((event) => runs.callStart(event)),
    onLanguageModelCallEnd: guarded((event) => runs.callEnd(event)),
    onObjectStepStart: guarded((event) => runs.objectStart(event)),
    onObjectStepEnd: guarded((event) => runs.objectEnd(event)),
    onToolExecutionStart: guarded((event) => runs.toolStart(event)),
    onToolExecutionEnd: guarded((event) => runs.toolEnd(event)),
    onEmbedStart: guarded((event) => runs.embedStart(event)),
    onEmbedEnd: guarded((event) => runs.embedEnd(event)),
    onRerankStart: guarded((event) => runs.rerankStart(event)),
    onEnd: guarded((event) => runs.end(event)),
    onAbort: guarded((event) => runs.abort(event)),
    onError: guarded((event) => runs.fail(event)),
    executeLanguageModelCall: <T>(work: Work<T>) => runs.call(props(work), work.execute),
    executeTool: <T>(work: Work<T>) => runs.tool(props(work), work.execute),
  };
  return whileEnabled(tracing, telemetry);
}
