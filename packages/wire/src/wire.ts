/** Wire capture: starts and stops what looks on. */

import { defaultTracer } from '@spanline/core';
import { checkOptions, createGuard, sharedState } from '@spanline/instrumentation';
import { createFinder, type FoundApi } from './apis/index.ts';
import { Attempts, type ExchangeTracing, followExchange, startAudit } from './exchange/index.ts';
import { WIRE_SHAPE, type WireOptions } from './options.ts';
import { SCOPE } from './scope.ts';
import { type Calls, nodeHttp, nodeHttp2, undiciChannels, type Unseen } from './transports/index.ts';

/** Records requests by the options of one call of `wire`. */
interface Capture extends Calls {
  /** The call's host is a model's, and the application has not chosen to do without. */
  isMissed(found: FoundApi): boolean;
  /** Another capture follows new requests. Those under way go on. */
  retire(): void;
  /** Nothing more is seen: the calls of requests under way end here. */
  stop(): void;
}

/** The running capture of the process, for every copy of this package. */
const running = sharedState('wire.5', () => ({
  capture: undefined as Capture | undefined,
  patch: false,
  hasWarned: false,
  undo: [] as (() => void)[],
}));

/** Warns once of a call that passes unseen, unless the application has chosen to do without a patch. */
const warnUnseen: Unseen = (found, why) => {
  if (running.hasWarned || running.capture?.isMissed(found) !== true) return;
  running.hasWarned = true;
  process.emitWarning(
    `Wire capture does not see a call of ${found.line.origin}: ${why} SPANLINE_WIRE_PATCH=false turns this warning off.`,
    { type: 'SpanlineWarning', code: 'SPANLINE_WIRE_UNSEEN' },
  );
};

/** The tracer of a program is often made after this package is loaded: it is asked for with the first call. */
function createCapture(options: WireOptions): Capture {
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
    find: createFinder(options.hosts ?? {}),
    follow(found) {
      following ??= start();
      const { tracing } = following;
      return tracing.guard(SCOPE.name, () => (tracing.tracer.enabled ? followExchange(tracing, found) : undefined));
    },
    isMissed: ({ isKnown }) => isKnown && !isChosen,
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
    const transports = [undiciChannels(warnUnseen), nodeHttp(warnUnseen, patch), nodeHttp2(patch)];
    running.undo = transports.map((transport) => transport(running));
  }
  return () => {
    if (running.capture !== capture) return;
    running.capture = undefined;
    capture.stop();
    stopLooking();
  };
}
