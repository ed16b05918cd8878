/** Attributes of a connection, from its transport. */

import type { SpanAttributes } from '@spanline/core';
import { classNameOf, isObject, props, serverOf } from '@spanline/instrumentation';

const NONE: SpanAttributes = Object.freeze({});
const PIPE: SpanAttributes = Object.freeze({ 'network.transport': 'pipe' });
const TCP: SpanAttributes = Object.freeze({ 'network.transport': 'tcp' });

/** The kind of transport by the name of its class, as the SDKs and most transports of others have it. */
function byClass(transport: object): SpanAttributes {
  const name = classNameOf(transport);
  if (/stdio/i.test(name)) return PIPE;
  if (/websocket/i.test(name)) return { ...TCP, 'network.protocol.name': 'websocket' };
  return /http|sse/i.test(name) ? { ...TCP, 'network.protocol.name': 'http' } : NONE;
}

/** Attributes that stay the same while a transport is connected. */
export function transportAttributes(transport: unknown): SpanAttributes {
  if (!isObject(transport)) return NONE;
  const { _url: own, url = own } = props(transport);
  const address = url instanceof URL || typeof url === 'string' ? serverOf(String(url)) : NONE;
  return { ...byClass(transport), ...address };
}

/** The class of a transport, empty without one. */
export function transportName(transport: unknown): string {
  return isObject(transport) ? classNameOf(transport) : '';
}
