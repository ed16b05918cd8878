/** Wire capture: starts and stops what looks on. */

import { defaultTracer } from '@spanline/core';
import { checkOptions, createGuard, sharedState } from '@spanline/instrumentation';
import { createFinder, lineOfAddress, type RequestLine } from './apis/index.ts';
import { Attempts, Exchange, type ExchangeEvents, type ExchangeTracing, startAudit } from './exchange/index.ts';
import { WIRE_SHAPE, type WireOptions } from './options.ts';
import { SCOPE } from './scope.ts';
import { fetchPatch, nodeHttp, nodeHttp2, type Transport, undiciChannels } from './transports/index.ts';

/** Records requests by the options of one call of `wire`. */
interface Capture {
  follow(line: RequestLine): ExchangeEvents | undefined;
  /** True for an address that may be that of a model. */
  isCall(address: string, method: RequestLine['method']): boolean;
  /** The request goes to a model, by its host and path, and the application has not chosen to do without. */
  isMissed(line: RequestLine): boolean;
  /** Another capture follows new requests. Those under way go on. */
  retire(): void;
  /** Nothing more is seen: the calls of requests under way end here. */
  stop(): void;
}

/**
 * The running capture of the process, for every copy of this package. What looks on stays where it is when the options
 * change: clients keep the `fetch` that they have found.
 */
const running = sharedState('wire.3', () => ({
  capture: undefined as Capture | undefined,
  patch: false,
  hasWarned: false,
  undo: [] as (() => void)[],
}));

/** True for a version of Node whose `fetch` publishes bodies: 24.4 and later, with undici 7.11. */
function publishesBodies(): boolean {
  const [major = 0, minor = 0] = String(process.versions['undici']).split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 11);
}

/** True for a version of Node that publishes requests of `node:http` when they are made: 22.12 and later. */
function tellsOfRequests(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** Warns once that a call passes unseen, which happens where `fetch` publishes no bodies and is not replaced. */
function warnUnseen(line: RequestLine): undefined {
  if (running.hasWarned || running.capture?.isMissed(line) !== true) return;
  running.hasWarned = true;
  process.emitWarning(
    `Wire capture sees no call of fetch on Node ${process.versions.node}: it needs 24.4. SPANLINE_WIRE_PATCH=true replaces fetch, SPANLINE_WIRE_PATCH=false turns this warning off.`,
    { type: 'SpanlineWarning', code: 'SPANLINE_WIRE_UNSEEN' },
  );
}

function transports(patch: boolean, isCall: Capture['isCall']): Transport[] {
  const chosen = [undiciChannels(warnUnseen), nodeHttp2(patch && !publishesBodies())];
  if (!publishesBodies() && patch) chosen.push(fetchPatch(isCall));
  if (tellsOfRequests() || patch) chosen.push(nodeHttp(!tellsOfRequests()));
  return chosen;
}

/** The tracer of a program is often made after this package is loaded: it is asked for with the first call. */
function createCapture(options: WireOptions): Capture {
  const find = createFinder(options.hosts ?? {});
  const isChosen =
    options.patch !== undefined || ['true', 'false'].includes(String(process.env['SPANLINE_WIRE_PATCH']));
  let following: { readonly tracing: ExchangeTracing; readonly stop: () => void } | undefined;

  function start(): NonNullable<typeof following> {
    const { tracer = defaultTracer(), capture } = options;
    const { audit, stop } = startAudit(tracer);
    const attempts = new Attempts(audit);
    return { tracing: { tracer, guard: createGuard(tracer), scope: SCOPE, capture, attempts, open: new Set() }, stop };
  }

  return {
    follow(line): ExchangeEvents | undefined {
      const found = find(line);
      if (found === undefined) return undefined;
      following ??= start();
      const { tracing } = following;
      return tracing.guard(SCOPE.name, () => (tracing.tracer.enabled ? new Exchange(tracing, line, found) : undefined));
    },
    isCall(address, method): boolean {
      const line = lineOfAddress(address, method);
      return line !== undefined && find(line) !== undefined;
    },
    isMissed: (line) => !isChosen && find(line)?.isKnown === true,
    retire: () => following?.stop(),
    stop(): void {
      for (const exchange of following?.tracing.open ?? []) exchange.stop();
      following?.stop();
    },
  };
}

function stopLooking(): void {
  for (const undo of running.undo.splice(0)) undo();
}

/**
 * Records every call of a model that this process makes over HTTP: through `fetch`, undici, `node:http` and
 * `node:https`, whichever client or framework makes it. Each request is one span below the current one, or a part of
 * the span that a framework's instrumentation or a wrapped client has for the call.
 *
 * Importing the package starts it with the default tracer; calling `wire` changes the options.
 *
 * @returns a function that stops it. Calls under way end as `unfinished`, with what has come of them
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function wire(options: WireOptions = {}): () => void {
  checkOptions(WIRE_SHAPE, options);
  const { patch = process.env['SPANLINE_WIRE_PATCH'] === 'true' } = options;
  const capture = createCapture(options);
  if (running.patch === patch) running.capture?.retire();
  else {
    running.capture?.stop();
    stopLooking();
  }
  running.capture = capture;
  if (running.undo.length === 0) {
    running.patch = patch;
    const isCall: Capture['isCall'] = (...request) => running.capture?.isCall(...request) === true;
    const chosen = transports(patch, isCall);
    running.undo = chosen.map((transport) => transport((line) => running.capture?.follow(line)));
  }
  return () => {
    if (running.capture !== capture) return;
    running.capture = undefined;
    capture.stop();
    stopLooking();
  };
}
