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
  readonly onLanguageModelCallStart?: Listener;
  readonly onLanguageModelCallEnd?: Listener;
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
  readonly experimental_onDecideStart: Listener;
  readonly experimental_onDecideEnd: Listener;
  executeLanguageModelCall<T>(work: Work<T>): PromiseLike<T>;
  executeTool<T>(work: Work<T> & { readonly toolCallId: string }): PromiseLike<T>;
}

type Callback = (...args: never) => unknown;

/** Marks a callback of an object, and gives it back. */
type Bindable = <F extends Callback>(callback: F, silent: F) => F;

/**
 * Makes `bind` of a callback that needs no `this` give the callback itself. The SDK binds each callback for each call,
 * also those that it never calls. It binds one callback for all registered objects before the next one: a callback that
 * is bound twice in a row belongs to an object that is registered twice. Only the first of the two reports.
 */
function createBindable(): Bindable {
  let last: Callback | undefined;
  return (callback, silent) => {
    const bind = (self: unknown, ...args: readonly unknown[]): unknown => {
      if (args.length > 0) return Reflect.apply(Function.prototype.bind, callback, [self, ...args]);
      if (last === callback) return silent;
      last = callback;
      return callback;
    };
    return Object.defineProperty(callback, 'bind', { value: bind, configurable: true, writable: true });
  };
}

const ignore: Listener = () => undefined;
const pass = <T>({ execute }: Work<T>): PromiseLike<T> => execute();

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
  const bindable = createBindable();
  const listener = (handle: (runs: RunEvents, event: Props) => void): Listener =>
    bindable((event) => guard('telemetry', handle, runs, props(event)), ignore);

  // Both versions read the callbacks once for each call and each registration. `ai` 6 reads `onStart` first, so that
  // its events, which name no call, find theirs. `ai` 7 reads `onStepEnd` first: its events name their call, and none
  // of a step is needed. Both read `onStepStart` after `onStart`.
  let steps: StepEvents | undefined;
  let namesCalls = false;
  let isStarting = false;
  const ofStep = (handle: (call: StepEvents, event: Props) => void): Listener => {
    const call = steps;
    return (event) => {
      const given = props(event);
      if (call?.takes(given) === true) guard('telemetry', handle, call, given);
    };
  };
  const onStart = listener((own, event) => {
    if (event['callId'] !== undefined) own.start(event);
  });
  const callStart = listener((own, event) => own.callStart(event));
  const callEnd = listener((own, event) => own.callEnd(event));
  const made = {
    onStart() {
      if (namesCalls) {
        steps = undefined;
        return onStart;
      }
      if (!isStarting || steps === undefined) steps = new StepEvents(tracing, operations);
      isStarting = true;
      const call = steps;
      const start = listener((own, event) => {
        if (event['callId'] !== undefined) own.start(event);
        else if (call.takes(event)) call.start(event, start);
      });
      return start;
    },
    onStepStart() {
      namesCalls = false;
      isStarting = false;
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
    // A workflow agent reads the callbacks again after it has reported its start.
    onLanguageModelCallStart() {
      return runs.reportsCalls ? callStart : undefined;
    },
    onLanguageModelCallEnd() {
      return runs.reportsCalls ? callEnd : undefined;
    },
  };
  const callbacks = {
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
    experimental_onDecideStart: listener((own, event) => own.start(event)),
    experimental_onDecideEnd: listener((own, event) => own.end(event)),
    executeLanguageModelCall: bindable(<T>(work: Work<T>) => runs.call(props(work), work.execute), pass),
    executeTool: bindable(<T>(work: Work<T>) => runs.tool(props(work), work.execute), pass),
  };
  return whileEnabled(tracing, callbacks, made);
}
