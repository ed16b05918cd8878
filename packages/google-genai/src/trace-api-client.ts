/** Traces the requests of a client in place. All its resources and helpers send them through one object. */

import {
  type ClientTracing,
  type Method,
  type OpenCall,
  patchMethod,
  props,
  runOperation,
  sharedState,
  text,
  watchStream,
} from '@spanline/instrumentation';

/** A request of a resource of the client. */
interface ApiRequest {
  readonly path?: unknown;
  readonly httpMethod?: unknown;
  readonly body?: unknown;
  readonly abortSignal?: AbortSignal;
}

/** An answer, or one event of a stream. The client reads it once. */
interface HttpResponse {
  readonly headers?: unknown;
  json: () => Promise<unknown>;
}

/** Requests that are traced, by the client or by its class. */
const traced = sharedState('google-genai.requests', () => new WeakSet<object>());

/** Where a parsed body goes. */
interface Parsed {
  parsed(value: unknown): void;
  failed(error: unknown): void;
}

/** Reads along when the client parses a body. */
function onJson(response: HttpResponse, into: Parsed): void {
  const { json } = response;
  response.json = () =>
    json.call(response).then(
      (value) => {
        into.parsed(value);
        return value;
      },
      (error: unknown) => {
        into.failed(error);
        throw error;
      },
    );
}

type Watch = (answer: unknown, open: OpenCall, request: ApiRequest) => void;

const watchWhole: Watch = (response, { events }) => {
  events.responded(response);
  onJson(response as HttpResponse, events);
};

const watchEvents: Watch = (responses, open, { abortSignal }) => {
  const { events } = open;
  const stream = open.stream();
  const pieces: Parsed = {
    parsed: (value) => void stream.chunk(value),
    failed: (error) => stream.failed(error),
  };
  let isFirst = true;
  const isWatched = watchStream(responses, {
    run: (fn) => fn(),
    chunk(response): void {
      if (isFirst) events.responded(response);
      isFirst = false;
      onJson(response as HttpResponse, pieces);
    },
    done: () => stream.done(false),
    abandoned: () => stream.abandoned(),
    failed: (error) => (abortSignal?.aborted === true ? stream.done(true) : stream.failed(error)),
  });
  if (isWatched === undefined) open.end();
};

/** Replaces `request` or `requestStream`. */
function tracedRequest(tracing: ClientTracing, watch: Watch, isOn: () => boolean): (original: Method) => Method {
  return (original) =>
    function request(this: object, ...args: unknown[]): unknown {
      const run = (): Promise<unknown> => Reflect.apply(original, this, args) as Promise<unknown>;
      const given = props(args[0]) as ApiRequest;
      const { path, httpMethod, body } = given;
      if (!isOn() || httpMethod !== 'POST' || traced.has(given)) return run();
      traced.add(given);
      return runOperation(tracing, {
        request: { client: this, method: 'post', path: text(path) ?? '', body },
        run,
        watch: (answer, open) => watch(answer, open, given),
      });
    };
}

/**
 * Traces what a client sends its requests through: one object, or all by their prototype.
 *
 * @returns the undo
 */
export function traceApiClient(target: object, tracing: ClientTracing): () => void {
  let isOn = true;
  const patches = [
    patchMethod(
      target,
      'request',
      tracedRequest(tracing, watchWhole, () => isOn),
      'object',
    ),
    patchMethod(
      target,
      'requestStream',
      tracedRequest(tracing, watchEvents, () => isOn),
      'object',
    ),
  ];
  return () => {
    isOn = false;
    for (const patch of patches) patch?.undo();
  };
}
