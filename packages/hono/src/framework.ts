/** Hono's contexts, as the tracer of requests reads them. */

import type { Context } from 'hono';
import { firstMessages, type NodeMessages, type WebFramework, type WebMessages } from '@spanline/http';
import { templateOf } from './route.ts';
import { SCOPE } from './scope.ts';

/** The messages that `@hono/node-server` hands over; `undefined` on other platforms and in `app.request()`. */
function nodeMessages({ env }: Context): NodeMessages | undefined {
  const bindings = env as (Partial<NodeMessages> & { server?: Partial<NodeMessages> }) | undefined;
  const { incoming, outgoing } = bindings?.server ?? bindings ?? {};
  return incoming === undefined || outgoing === undefined ? undefined : { incoming, outgoing };
}

/** The messages of a request. */
export function messagesOf(c: Context): WebMessages {
  return firstMessages(c, () => ({ request: c.req.raw, node: nodeMessages(c) }));
}

/** Hono, as the tracer of requests needs it. */
export const HONO: WebFramework<Context> = {
  scope: SCOPE,
  messages: messagesOf,
  givenId: (c) => (c.get as (key: string) => unknown)('requestId'),
  template: templateOf,
};
