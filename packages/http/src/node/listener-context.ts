/**
 * The context of listeners on requests and responses.
 *
 * Node emits their events in the context in which the connection was made, which no request has. The methods note
 * where a listener was added. A message that has one emits there, if the running code has lost the request. Listeners
 * stay the functions that the application added: they are neither wrapped nor replaced.
 */

import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ContextState, runInContext, sharedState } from '@spanline/instrumentation';
import type { Exchange } from '../exchange/exchange.ts';
import { contextOf, contextWithin, hasLost } from '../exchange/request-context.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { type AnyMethod, method, methodsOf, type Original } from './method.ts';

type Message = (IncomingMessage & { res?: ServerResponse }) | ServerResponse;
type Contexts = Map<unknown, ContextState & { readonly span: NonNullable<ContextState['span']> }>;

const contextsOf = sharedState('http-listener-contexts', () => new WeakMap<EventEmitter, Contexts>());

function exchangeFor(message: Message): Exchange | undefined {
  return exchangeOf('req' in message ? message.req : message);
}

/** True once the response has been sent. Node itself listens for the end of the request from then on. */
function isSent(message: Message): boolean {
  const res = 'req' in message ? message : message.res;
  return res?.writableFinished === true;
}

/** Notes the context of a listener. Listeners of one event that were added below several spans get the request's. */
function noteListener(message: Message, event: unknown): void {
  const span = exchangeFor(message)?.span;
  if (span === undefined || isSent(message)) return;
  let contexts = contextsOf.get(message);
  if (contexts === undefined) {
    contextsOf.set(message, (contexts = new Map()));
    watchEvents(message, contexts);
  }
  const known = contexts.get(event);
  const context = contextWithin(span) as ContextState & { span: typeof span };
  const isShared = known !== undefined && known.span !== context.span && message.listenerCount(event as string) > 0;
  contexts.set(event, isShared ? { ...contextOf(span), span, values: context.values } : context);
}

/** Emits the events of a message in the contexts of their listeners. Messages without listeners stay as they are. */
function watchEvents(message: Message, contexts: Contexts): void {
  const inner = message.emit as AnyMethod<Message>;
  const emit: AnyMethod<Message> = function emit(...args) {
    const context = contexts.get(args[0]);
    // The running code's context is right, unless it has lost the request.
    if (context === undefined || !hasLost(context.span)) return Reflect.apply(inner, this, args);
    return runInContext(context, (): unknown => Reflect.apply(inner, this, args));
  };
  Object.defineProperty(message, 'emit', method(emit));
}

/** Methods that add listeners. `once` calls `on`. */
const ADDERS = ['on', 'addListener', 'prependListener'] as const;

/** The methods for one message, or for the prototype of an application's messages. */
export function listenerMethods(original: Original): PropertyDescriptorMap {
  const add = (name: string): PropertyDescriptor =>
    method<Message>(function addListener(...args) {
      exchangeFor(this)?.guard('http listener', noteListener, this, args[0]);
      return Reflect.apply(original(name), this, args);
    });
  return Object.fromEntries(ADDERS.map((name) => [name, add(name)]));
}

/** Watches the listeners of one message, for frameworks without prototypes of their own for messages. */
export function watchListeners(message: Message): void {
  Object.defineProperties(message, listenerMethods(methodsOf(message, ADDERS)));
}
