import { createHttpClient, describeHttpError, type HttpRequest } from './http-client.ts';

/** A request to an API that speaks JSON. */
export interface JsonRequest {
  readonly method: HttpRequest['method'];
  /** Path and query, without the slash at its start. */
  readonly path: string;
  readonly body?: unknown;
}

/** A target's response. */
export interface JsonResponse {
  readonly status: number;
  readonly isOk: boolean;
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown;
  /** The target's error message. Empty if it gave none. */
  readonly reason: string;
}

/** Sends requests to the API of a target. */
export interface JsonClient {
  /** @throws an error that says why there is no response, without anything from the request's headers */
  send(request: JsonRequest): Promise<JsonResponse>;
}

/** Options of {@link createJsonClient}. */
export interface JsonClientOptions {
  /** Aborts the request that waits. */
  readonly stop: AbortSignal;
  /** Texts that never appear in a message. */
  readonly hidden: readonly string[];
}

const TIMEOUT_MS = 30_000;
const MAX_REASON = 300;

const props = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/**
 * Elasticsearch has `error.type` and `error.reason`; OpenSearch's plugins, Kibana and Grafana have `message` or a text;
 * Datadog has `errors`.
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

/** Creates a client of the API at a URL. `headers` are sent with each request. */
export function createJsonClient(
  url: string,
  headers: Readonly<Record<string, string>>,
  { stop, hidden }: JsonClientOptions,
): JsonClient {
  const client = createHttpClient({ timeoutMs: TIMEOUT_MS });
  const conceal = (text: string): string =>
    hidden.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '…')), text);
  return {
    async send({ method, path, body: sent }) {
      try {
        const response = await client.send(
          {
            method,
            url: new URL(`${url}/${path}`),
            headers: { ...headers, ...(sent === undefined ? {} : { 'content-type': 'application/json' }) },
            ...(sent === undefined ? {} : { body: Buffer.from(JSON.stringify(sent)) }),
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
