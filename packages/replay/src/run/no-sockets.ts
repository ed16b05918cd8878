/** Keeps a program from opening connections while it is replayed. */
import { Socket } from 'node:net';

const isPipe = (options: object): boolean =>
  'path' in options && typeof options.path === 'string' && !('port' in options && options.port !== undefined);

/** `host:port` of the arguments of `connect`; `undefined` for a pipe of this machine. */
function addressOf(args: readonly unknown[]): string | undefined {
  // Node hands its own calls over as one list.
  const [first, second]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'number') return `${typeof second === 'string' ? second : 'localhost'}:${first}`;
  if (typeof first === 'object' && first !== null && !isPipe(first)) {
    const { host, port } = first as { host?: unknown; port?: unknown };
    return `${typeof host === 'string' ? host : 'localhost'}:${String(port)}`;
  }
  return undefined;
}

/**
 * Lets every TCP connection fail that is opened from now on. Clients see the error of a network.
 *
 * @param onAttempt - gets a sentence about each attempt
 * @returns a function that undoes it
 */
export function refuseSockets(onAttempt: (problem: string) => void): () => void {
  const { prototype } = Socket;
  const { connect } = prototype;
  function refuse(this: Socket, ...args: unknown[]): Socket {
    const address = addressOf(args);
    if (address === undefined) return Reflect.apply(connect, this, args) as Socket;
    const problem = `the program opened a connection to ${address}: a replay sends nothing; hand recorded.fetch, recorded.tool() or recorded.retriever() to the part that does`;
    onAttempt(problem);
    return this.destroy(new Error(`ERR_REPLAY_SOCKET: ${problem}`));
  }
  prototype.connect = refuse;
  return () => {
    if (prototype.connect === refuse) prototype.connect = connect;
  };
}
