/** Requests to a cluster: a closed list. Questions only read. */

import { props, SpanlineError } from '@spanline/record';
import {
  createHttpClient,
  describeHttpError,
  type HttpClient,
  type HttpResponse,
  isTooLong,
  retryAfterMs,
} from '@spanline/remote';
import type { ClusterTarget } from './target.ts';

/** The server's answer, parsed. */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * A request. Questions only read: closing a point in time ends what the same question began. Only a deletion changes
 * documents.
 */
type ClusterRequest =
  | { readonly to: 'root' | 'caps'; readonly path: string }
  | { readonly to: 'search' | 'open'; readonly path: string; readonly body?: unknown }
  | { readonly to: 'delete'; readonly path: string; readonly body: unknown }
  | { readonly to: 'close'; readonly path: string; readonly body: unknown };

/** Sends requests. */
export interface ClusterClient {
  /** @throws ClusterError in the server's words, or the reason of the signal */
  send(request: ClusterRequest, signal: AbortSignal | undefined): Promise<Answer>;
  /** Bytes of all answers so far. */
  readonly bytes: number;
}

/** Why a cluster gave no answer. */
export class ClusterError extends SpanlineError {
  /** Status of the response; `undefined` if there was none. */
  readonly status: number | undefined;
  /** The answer is longer than this process takes at once. */
  readonly isTooLong: boolean;

  constructor(problem: string, { status, isTooLong: isLong = false }: { status?: number; isTooLong?: boolean } = {}) {
    super({ code: 'ERR_CLUSTER', problem });
    this.status = status;
    this.isTooLong = isLong;
  }
}

const METHODS = { root: 'GET', caps: 'GET', search: 'POST', open: 'POST', delete: 'POST', close: 'DELETE' } as const;
const MAX_REASON = 300;

/** A text of the server, without characters that a terminal acts on, or that hide and reorder text. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, MAX_REASON);
}

/** The reason that is closest to the cause: the first shard's, which the outer error only summarises. */
function reasonOf(body: unknown): string {
  const { error, message } = props(body);
  const { type, reason, root_cause: roots, caused_by: cause } = props(error);
  const [root] = Array.isArray(roots) ? (roots as unknown[]) : [];
  const closest = props(root ?? cause);
  const words = [closest['type'] ?? type, closest['reason'] ?? reason];
  if (typeof error === 'string') words.push(error);
  if (typeof message === 'string') words.push(message);
  return plain(words.filter((word) => typeof word === 'string' && word !== '').join(': '));
}

function parse(response: HttpResponse): unknown {
  try {
    return JSON.parse(response.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Creates a client. Messages hold the host and never a key. */
export function createClusterClient(target: ClusterTarget): ClusterClient {
  const { host } = new URL(target.base);
  let client: HttpClient | undefined;
  let bytes = 0;

  function check(response: HttpResponse, conceal: (text: string) => string): Answer {
    const { status } = response;
    const body = parse(response);
    if (status >= 300 && status < 400)
      throw new ClusterError(`${host} answered ${status}: redirects are not followed`, { status });
    if (status < 200 || status >= 300) {
      const reason = conceal(reasonOf(body));
      const wait = retryAfterMs(response.headers);
      const until = wait === undefined ? '' : `; it asks to wait ${Math.ceil(wait / 1000)} s`;
      throw new ClusterError(`${host} refused: ${status}${reason === '' ? '' : ` ${reason}`}${until}`, { status });
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new ClusterError(`${host} answered ${status} without a JSON object: is it a cluster?`, { status });
    return body as Answer;
  }

  return {
    get bytes() {
      return bytes;
    },
    async send(request, signal) {
      const { headers, hidden } = target.readKeys();
      const conceal = (text: string): string =>
        hidden.reduce((shown, key) => (key === '' ? shown : shown.replaceAll(key, '…')), text);
      const body = 'body' in request && request.body !== undefined ? JSON.stringify(request.body) : undefined;
      client ??= createHttpClient({ timeoutMs: target.timeoutMs, ...target.tls });
      let response: HttpResponse;
      try {
        response = await client.send(
          {
            method: METHODS[request.to],
            url: new URL(`${target.base}/${request.path}`),
            headers: {
              accept: 'application/json',
              ...headers,
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            ...(body === undefined ? {} : { body: Buffer.from(body) }),
          },
          signal ?? new AbortController().signal,
        );
      } catch (error) {
        signal?.throwIfAborted();
        // The cause may quote headers.
        throw new ClusterError(`${host}: ${describeHttpError(error)}`, { isTooLong: isTooLong(error) });
      }
      bytes += response.body.length;
      return check(response, conceal);
    },
  };
}
