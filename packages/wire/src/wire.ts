/** Wire capture: starts and stops what looks on. */

import { defaultTracer } from '@spanline/core';
import { checkOptions, createGuard, sharedState } from '@spanline/instrumentation';
import { createFinder, type FoundApi, type RequestLine } from './apis/index.ts';
import { Attempts, Exchange, type ExchangeEvents, type ExchangeTracing } from './exchange/index.ts';
import { WIRE_SHAPE, type WireOptions } from './options.ts';
import { SCOPE } from './scope.ts';
import { fetchPatch, nodeHttp, type Transport, undiciChannels } from './transports/index.ts';

/** The running capture of the process, for every copy of this package. */
const running = sharedState('wire.1', () => ({ stop: undefined as (() => void) | undefined }));

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

function transports(patch: boolean, isCall: (url: URL) => boolean): Transport[] {
  const chosen = [undiciChannels];
  if (!publishesBodies() && patch) chosen.push(fetchPatch(isCall));
  if (tellsOfRequests() || patch) chosen.push(nodeHttp(!tellsOfRequests()));
  return chosen;
}

/** Follows the calls of models. */
function follower(options: WireOptions): (line: RequestLine, found: FoundApi) => ExchangeEvents | undefined {
  const { tracer = defaultTracer(), capture } = options;
  const guard = createGuard(tracer);
  const tracing: ExchangeTracing = { tracer, guard, scope: SCOPE, capture, attempts: new Attempts() };
  return (line, found) => guard(SCOPE.name, () => (tracer.enabled ? new Exchange(tracing, line, found) : undefined));
}

/**
 * Records every call of a model that this process makes over HTTP: through `fetch`, undici, `node:http` and
 * `node:https`, whichever client or framework makes it. Each request is one span below the current one, or a part of
 * the span that a framework's instrumentation or a wrapped client has for the call.
 *
 * Importing the package starts it with the default tracer; calling `wire` changes the options.
 *
 * @returns a function that stops it
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function wire(options: WireOptions = {}): () => void {
  checkOptions(WIRE_SHAPE, options);
  running.stop?.();
  const { hosts = {}, patch = process.env['SPANLINE_WIRE_PATCH'] === 'true' } = options;
  const find = createFinder(hosts);
  const isCall = ({ origin, pathname, search }: URL): boolean =>
    (['post', 'get'] as const).some((method) => find({ origin, path: `${pathname}${search}`, method }) !== undefined);
  // The tracer of a program is often made after this package is loaded.
  let follow: ReturnType<typeof follower> | undefined;
  const later = (line: RequestLine): ExchangeEvents | undefined => {
    const found = find(line);
    if (found === undefined) return undefined;
    follow ??= follower(options);
    return follow(line, found);
  };
  const undo = transports(patch, isCall).map((transport) => transport(later));
  const stop = (): void => {
    for (const each of undo.splice(0)) each();
    if (running.stop === stop) running.stop = undefined;
  };
  running.stop = stop;
  return stop;
}
