/** Sends a client's request inside of a span. */

import { createLateContext } from '@spanline/core/internal';
import type { Method } from '../patching/patch-method.ts';
import { beginCall, type BegunCall, type ClientTracing } from './begin-call.ts';
import type { ClientRequest } from './call.ts';
import type { AnswerEvents, OpenCall } from './open-call.ts';
import { watchPromise } from './watch-promise.ts';

/**
 * Marks the options of a traced request, through the copies that clients make of them and for every copy of this
 * package.
 */
export const CALL: unique symbol = Symbol.for('spanline.client-call');

/** The options of a request, as a client's method gets them. */
export interface RequestOptions {
  readonly body?: unknown;
  readonly [CALL]?: OpenCall;
}

/** The client's own method, bound to the arguments of one call. */
export class Send {
  readonly #method: Method;
  readonly #client: object;
  readonly #args: unknown[];

  constructor(method: Method, client: object, args: unknown[]) {
    this.#method = method;
    this.#client = client;
    this.#args = args;
  }

  /** Calls it as the application did. */
  plain(): unknown {
    return Reflect.apply(this.#method, this.#client, this.#args);
  }

  /** Calls it with other options. */
  with(options: RequestOptions | Promise<RequestOptions>): unknown {
    return Reflect.apply(this.#method, this.#client, [this.#args[0], options]);
  }
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** The options of a request with the mark of its call, and with the body that the call sends in place of its own. */
function marked(given: RequestOptions | undefined, { open, own }: BegunCall): RequestOptions {
  // After a spread, V8 defines each further member of a literal on its slow path.
  const options: Mutable<RequestOptions> = { ...given };
  options[CALL] = open;
  const rewrite = own?.rewrite;
  if (rewrite !== undefined) options.body = rewrite.body;
  return options;
}

/** Events of a call that begins later, or not at all. */
function lateEvents(call: () => AnswerEvents | undefined): AnswerEvents {
  return {
    responded: (response) => call()?.responded(response),
    parsed: (value) => call()?.parsed(value),
    taken: (response) => call()?.taken(response),
    failed: (error) => call()?.failed(error),
    forgotten: () => call()?.forgotten(),
  };
}

/** Sends a request whose options are known. */
export function sendRequest(
  tracing: ClientTracing,
  request: ClientRequest,
  given: RequestOptions | undefined,
  send: Send,
): unknown {
  let begun: BegunCall | undefined;
  try {
    begun = beginCall(tracing, request);
  } catch (error) {
    // The client turns it into its own kind of promise.
    const refused = Promise.resolve().then((): never => {
      throw error;
    });
    return send.with(refused);
  }
  if (begun === undefined) return send.plain();
  const { open } = begun;
  const options = marked(given, begun);
  try {
    const answer = open.run(() => send.with(options));
    if (tracing.guard(tracing.scope.name, watchPromise, answer, open.events, open.isDecoded) !== true) open.end();
    return answer;
  } catch (error) {
    open.fail(error);
    throw error;
  }
}

/**
 * Sends a request whose options are a promise (forms whose files are read first; every call of OpenAI 7). The call
 * begins when they are known.
 */
export function sendLater(
  tracing: ClientTracing,
  request: Omit<ClientRequest, 'body'>,
  options: Promise<RequestOptions>,
  send: Send,
): unknown {
  const isTraced = tracing.guard(tracing.scope.name, () => tracing.read({ ...request, body: undefined })) !== undefined;
  if (!isTraced) return send.plain();
  const context = createLateContext();
  let begun: BegunCall | undefined;
  let isWatched = true;
  const known = options.then((given) => {
    if (given?.[CALL] === undefined) begun = beginCall(tracing, { ...request, body: given?.body });
    begun?.open.enter(context);
    if (!isWatched) begun?.open.end();
    return begun === undefined ? given : marked(given, begun);
  });
  const answer = context.run(() => send.with(known));
  const events = lateEvents(() => begun?.open.events);
  isWatched = tracing.guard(tracing.scope.name, watchPromise, answer, events) === true;
  return answer;
}
