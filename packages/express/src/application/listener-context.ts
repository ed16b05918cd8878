/**
 * The context of listeners on requests and responses.
 *
 * Node emits their events in the context in which the connection was made, which no request has. The prototypes note
 * where a listener was added, and emit there if the running code has lost the request. Listeners stay the functions
 * that the application added: they are neither wrapped nor replaced.
 */

import type { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { type ContextState, runInContext, sharedState } from '@spanline/instrumentation';
import type { Exchange } from '../exchange/exchange.ts';
import { contextOf, contextWithin, hasLost } from '../exchange/request-context.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { type AnyMethod, inheritedMethod, method } from './inherited.ts';

type Message = Request | Response;
type Contexts = Map<unknown, ContextState & { readonly span: NonNullable<ContextState['span']> }>;

const contextsOf = sharedState('express.listener-contexts', () => new WeakMap<EventEmitter, Contexts>());

function exchangeFor(message: Message): Exchange | undefined {
  return exchangeOf('req' in message ? message.req : message);
}

/** Notes the context of a listener. Listeners of one event that were added below several spans get the request's. */
function noteListener(message: Message, event: unknown): void {
  const span = exchangeFor(message)?.span;
  if (span === undefined) return;
  let contexts = contextsOf.get(message);
  if (contexts === undefined) contextsOf.set(message, (contexts = new Map()));
  const known = contexts.get(event);
  const context = contextWithin(span) as ContextState & { span: typeof span };
  const isShared = known !== undefined && known.span !== context.span && message.listenerCount(event as string) > 0;
  contexts.set(event, isShared ? { ...contextOf(span), span, values: context.values } : context);
}

/** The context to emit an event in; `undefined` if the running code's is right. */
function emitContext(message: Message, event: unknown): ContextState | undefined {
  const context = contextsOf.get(message)?.get(event);
  return context !== undefined && hasLost(context.span) ? context : undefined;
}

const ADDERS = ['on', 'addListener', 'prependListener'] as const;

/** The methods for the prototype of an application's requests or responses. `once` calls `on`. */
export function listenerMethods(prototype: object): PropertyDescriptorMap {
  const add = (name: string): PropertyDescriptor =>
    method<Message>(function addListener(...args) {
      exchangeFor(this)?.guard('express listener', () => noteListener(this, args[0]));
      return Reflect.apply(inheritedMethod(prototype, name), this, args);
    });
  const emit: AnyMethod<Message> = function emit(...args) {
    const context = emitContext(this, args[0]);
    const inherited = inheritedMethod(prototype, 'emit');
    if (context === undefined) return Reflect.apply(inherited, this, args);
    return runInContext(context, (): unknown => Reflect.apply(inherited, this, args));
  };
  return { ...Object.fromEntries(ADDERS.map((name) => [name, add(name)])), emit: method(emit) };
}
