/** The method that all requests of an SDK pass, and where its arguments are. */

import { type Props, props } from '@spanline/instrumentation';

/** Content and options of a request that is sent. */
interface Sending {
  readonly request: Props;
  readonly options: Props;
}

/** The method of one SDK. */
export interface Funnel {
  readonly name: string;
  /** Member that counts the ids of requests. */
  readonly counter: string;
  read(args: readonly unknown[]): Sending;
  /** The arguments with another request and other options, where there were some. */
  write(args: readonly unknown[], sending: Sending): unknown[];
}

/** A funnel that takes request and options at positions. */
function positional(name: string, request: number, options: number): Funnel {
  return {
    name,
    counter: '_requestMessageId',
    read: (args) => ({ request: props(args[request]), options: props(args[options]) }),
    write(args, sending) {
      const changed = [...args];
      changed[request] = sending.request;
      if (args[options] !== undefined) changed[options] = sending.options;
      return changed;
    },
  };
}

/** Version 2 of the official SDK. Its `request` is not passed by requests that handlers send. */
const VERSION_2 = positional('_requestWithSchemaViaCodec', 1, 3);
const VERSION_1 = positional('request', 0, 2);

/** The client of `@ai-sdk/mcp` takes one object. */
const AI_SDK: Funnel = {
  name: 'request',
  counter: 'requestMessageId',
  read: ([given]) => ({ request: props(props(given)['request']), options: props(props(given)['options']) }),
  write([given], { request, options }) {
    const { options: known } = props(given);
    return [{ ...props(given), request, ...(known === undefined ? {} : { options }) }];
  },
};

/** True for the client of `@ai-sdk/mcp`, which serves no requests but those of elicitation. */
export function isAiSdkClient(peer: unknown): boolean {
  const { requestOnce, request, tools, transport } = props(peer);
  return [requestOnce, request, tools, props(transport)['send']].every((member) => typeof member === 'function');
}

/** The funnel of a client or a server. */
export function funnelOf(protocol: Props): Funnel | undefined {
  if (isAiSdkClient(protocol)) return AI_SDK;
  return [VERSION_2, VERSION_1].find(({ name }) => typeof protocol[name] === 'function');
}
