import { props } from '@spanline/record';
import { createHttpClient, describeHttpError } from '@spanline/remote';
import type { SetupRequest } from '@spanline/ship';

/** Sends set-up requests to a target. */
export interface SetupClient {
  /** @throws an error that says why there is no response, without anything from the request's headers */
  send(request: SetupRequest | { method: 'GET'; path: string }): Promise<SetupResponse>;
}

/** A target's response. */
export interface SetupResponse {
  readonly status: number;
  readonly isOk: boolean;
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown;
  /** The target's error message. Empty if it gave none. */
  readonly reason: string;
}

const TIMEOUT_MS = 30_000;
const MAX_REASON = 300;

/**
 * Elasticsearch has `error.type` and `error.reason`, OpenSearch's plugins have `message` or a text, Datadog has
 * `errors`.
 */
function reasonOf(body: unknown): string {
  const { error, errors, message } = props(body);
  const { type, reason } = props(error);
  const parts = Array.isArray(errors) ? errors : [type, reason, error, message];
  const text = parts.filter((part) => typeof part === 'string').join(': ');
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_REASON);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Creates a client. The texts in `hidden` never appear in a message. */
export function createSetupClient(
  url: string,
  headers: Readonly<Record<string, string>>,
  { stop, hidden }: { stop: AbortSignal; hidden: readonly string[] },
): SetupClient {
  const client = createHttpClient({ timeoutMs: TIMEOUT_MS });
  const conceal = (text: string): string =>
    hidden.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '…')), text);
  return {
    async send({ method, path, ...rest }) {
      const hasBody = 'body' in rest && rest.body !== undefined;
      try {
        const response = await client.send(
          {
            method,
            url: new URL(`${url}/${path}`),
            headers: { ...headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
            ...(hasBody ? { body: Buffer.from(JSON.stringify(rest.body)) } : {}),
          },
          stop,
        );
        const { status } = response;
        const body = parse(response.body.toString('utf8'));
        return { status, isOk: status >= 200 && status < 300, body, reason: conceal(reasonOf(body)) };
      } catch (error) {
        throw new Error(stop.aborted ? 'stopped' : describeHttpError(error), { cause: error });
      }
    },
  };
}
