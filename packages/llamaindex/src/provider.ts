import type { SpanAttributes } from '@spanline/core';
import { bag, type Bag, classNameOf, providerOfClass, serverOf as serverAt, text } from '@spanline/instrumentation';

const providers = new WeakMap<object, string>();

/** The class tells, or the class of the library that it is derived from. */
function findProvider(llm: object): string | undefined {
  for (
    let prototype: object | null = llm;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const provider = providerOfClass(classNameOf(prototype));
    if (provider !== undefined) return provider;
  }
  return undefined;
}

/** Whose API a component calls. Classes are few and asked for with every call. */
export function providerOf(llm: object): string | undefined {
  const known = Object.getPrototypeOf(llm) as object | null;
  if (known === null) return undefined;
  let provider = providers.get(known);
  if (provider === undefined) providers.set(known, (provider = findProvider(llm) ?? ''));
  return text(provider);
}

/** The model that a component is set to. */
export function modelOf(llm: object): string | undefined {
  const source = llm as Bag;
  return text(source['model']) ?? text(bag(source['metadata'])['model']);
}

/** Where a component sends its requests, as far as its settings tell. */
export function serverOf(component: object): SpanAttributes {
  const source = component as Bag;
  return serverAt(text(bag(source['additionalSessionOptions'])['baseURL']) ?? text(source['baseURL']) ?? '');
}
