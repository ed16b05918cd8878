/** Provider, model and server of a component. */

import type { SpanAttributes } from '@spanline/core';
import {
  classNameOf,
  type Props,
  props,
  providerOf as identify,
  serverOf as serverAt,
  text,
} from '@spanline/instrumentation';

/** By prototype: a program has few classes, and each call asks. */
const providers = new WeakMap<object, string>();

/** The class names the provider, or the library's class that it is derived from. */
function findProvider(component: object): string | undefined {
  let prototype: object | null = component;
  while (prototype !== null) {
    const provider = identify({ className: classNameOf(prototype) });
    if (provider !== undefined) return provider;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return undefined;
}

function classProvider(component: object): string | undefined {
  const prototype = Object.getPrototypeOf(component) as object | null;
  if (prototype === null) return undefined;
  let provider = providers.get(prototype);
  if (provider === undefined) providers.set(prototype, (provider = findProvider(component) ?? ''));
  return text(provider);
}

/** The provider whose API a component calls. */
export function providerOf(component: object): string | undefined {
  return identify({ host: serverOf(component)['server.address'], id: classProvider(component) });
}

/** The model that a component is set to. */
export function modelOf(component: object): string | undefined {
  const source = component as Props;
  return text(source['model']) ?? text(props(source['metadata'])['model']);
}

/** The server that a component calls, as far as its settings show it. */
export function serverOf(component: object): SpanAttributes {
  const source = component as Props;
  return serverAt(text(props(source['additionalSessionOptions'])['baseURL']) ?? text(source['baseURL']) ?? '');
}
