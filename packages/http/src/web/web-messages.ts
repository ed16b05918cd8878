/** The messages of a request of the Web. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { sharedState } from '@spanline/instrumentation';
import { clientSignalOf } from '../node/client-signal.ts';

/** The messages of a connection. */
export interface NodeMessages {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** A request of the Web, as it arrived, and the messages behind it where a server of Node took it. */
export interface WebMessages {
  readonly request: Request;
  readonly node: NodeMessages | undefined;
}

const known = sharedState('http-web-messages', () => new WeakMap<object, WebMessages>());

/**
 * The messages of a request as they were found first: middleware of the application may put others in their place.
 *
 * @param c - what the framework has one of for each request
 */
export function firstMessages<C extends object>(c: C, find: (c: C) => WebMessages): WebMessages {
  let messages = known.get(c);
  if (messages === undefined) known.set(c, (messages = find(c)));
  return messages;
}

/** The message that stands for a request. */
export function keyOfMessages({ request, node }: WebMessages): object {
  return node?.incoming ?? request;
}

/** The signal of a request, which fires when the client leaves before the response is complete. */
export function signalOfMessages({ request, node }: WebMessages): AbortSignal {
  return node === undefined ? request.signal : clientSignalOf(node.incoming, node.outgoing);
}
