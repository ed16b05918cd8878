/** Traces the commands of a client with a middleware of its stack, which AWS made for this. */

import {
  type ClientTracing,
  isObject,
  type Method,
  type OpenCall,
  patchMethod,
  props,
  runOperation,
  serverOf,
  text,
  watchStream,
} from '@spanline/instrumentation';
import { decodeAnswer, decodeBody } from './invoke-body.ts';

/** The parts of AWS' middleware that are used here (`@smithy/types`). */
interface Result {
  readonly output: unknown;
  readonly response: unknown;
}
type Handler = (args: { readonly input: object }) => Promise<Result>;
interface Context {
  readonly commandName?: string;
  /** The endpoint that the client has chosen by the region, once a request is made. */
  readonly endpointV2?: { readonly url: URL };
}
interface Stack {
  add(
    middleware: (next: Handler, context: Context) => Handler,
    options: { step: 'initialize'; priority: 'high'; name: string; override: true },
  ): void;
  remove(name: string): boolean;
  /** Names of the middleware, with their steps: `spanlineBedrock: initialize`. */
  identify(): readonly string[];
}

const NAME = 'spanlineBedrock';

function noteAttempts(open: OpenCall, metadata: unknown): void {
  const { attempts } = props(props(metadata)['$metadata']);
  for (let attempt = 1; attempt <= Number(attempts ?? 0); attempt++) open.attempted(attempt);
}

/** The stream of an answer: the events of a conversation, or the pieces of an answer of the model's own. */
function streamOf({ stream, body }: Record<string, unknown>): unknown {
  return stream ?? (isObject(body) && Symbol.asyncIterator in body ? body : undefined);
}

/** @param signal - ends the answer. Node's error for that is the one of a lost connection */
function watchResult({ output, response }: Result, open: OpenCall, signal: AbortSignal | undefined): void {
  const { events } = open;
  noteAttempts(open, output);
  events.responded(response);
  const answer = props(output);
  const streamed = streamOf(answer);
  if (streamed === undefined) {
    events.parsed(answer['body'] === undefined ? answer : decodeAnswer(answer['body'], response));
    return;
  }
  const stream = open.stream();
  const isWatched = watchStream(streamed, {
    run: (fn) => fn(),
    chunk(event): void {
      const { bytes } = props(props(event)['chunk']);
      stream.chunk(bytes === undefined ? event : decodeBody(bytes));
    },
    done: () => stream.done(false),
    abandoned: () => stream.abandoned(),
    failed: (error) => (signal?.aborted === true ? stream.done(true) : stream.failed(error)),
  });
  if (isWatched === undefined) open.end();
}

const stackOf = (client: object): Stack | undefined => {
  const { middlewareStack } = props(client);
  return isObject(middlewareStack) ? (middlewareStack as unknown as Stack) : undefined;
};

const isTraced = (stack: Stack): boolean => stack.identify().some((name) => name.startsWith(NAME));

/**
 * Traces the commands of a client, or of all clients by the prototype of their class. A client has its own options
 * before those of its class.
 *
 * @returns the undo
 */
export function traceCommands(target: object, tracing: ClientTracing): () => void {
  let isOn = true;
  /** The signals of commands under way, by the input of each: a middleware gets the input alone. */
  const signals = new WeakMap<object, AbortSignal>();

  function addTo(stack: Stack, client: object): void {
    stack.add(
      (next, context) => (args) => {
        const { input } = args;
        if (!isOn) return next(args);
        const signal = signals.get(input);
        return runOperation(tracing, {
          request: { client, method: 'post', path: text(context.commandName) ?? '', body: input },
          run: () => next(args),
          facts: () => serverOf(String(context.endpointV2?.url)),
          watch: (result, open) => watchResult(result, open, signal),
        });
      },
      { step: 'initialize', priority: 'high', name: NAME, override: true },
    );
  }

  function prepare(client: object, command: unknown, options: unknown): void {
    const stack = stackOf(client);
    if (stack !== undefined && !isTraced(stack)) addTo(stack, client);
    const { input } = props(command);
    const { abortSignal } = props(options);
    if (isObject(input) && abortSignal instanceof AbortSignal) signals.set(input, abortSignal);
    else if (isObject(input)) signals.delete(input);
  }

  const traceSend = (original: Method): Method =>
    function send(this: object, ...args: unknown[]): unknown {
      if (isOn) tracing.guard(tracing.scope.name, () => prepare(this, args[0], args[1]));
      return Reflect.apply(original, this, args);
    };

  const patch = patchMethod(target, 'send', traceSend, 'object');
  const own = stackOf(target);
  if (own !== undefined) addTo(own, target);
  return () => {
    isOn = false;
    patch?.undo();
    own?.remove(NAME);
  };
}
