import type { SetupRequest } from '@spanline/ship';

/** A target of requests. */
export interface SetupClient {
  /** @throws an error that says why there is no answer, without anything of the request's headers */
  send(request: SetupRequest | { method: 'GET'; path: string }): Promise<SetupAnswer>;
}

/** An answer of a target. */
export interface SetupAnswer {
  readonly status: number;
  readonly isOk: boolean;
  /** The parsed body; undefined where it is no JSON. */
  readonly body: unknown;
  /** What the target says is wrong; empty when it says nothing. */
  readonly reason: string;
}

const TIMEOUT_MS = 30_000;
const MAX_REASON = 300;
const MAX_ANSWER_BYTES = 8_388_608;

type Bag = Readonly<Record<string, unknown>>;
const bag = (value: unknown): Bag => (typeof value === 'object' && value !== null ? (value as Bag) : {});

/** Elasticsearch says `error.type` and `error.reason`, OpenSearch's plugins `message` or a text, Datadog `errors`. */
function reasonOf(body: unknown): string {
  const { error, errors, message } = bag(body);
  const { type, reason } = bag(error);
  const parts = Array.isArray(errors) ? errors : [type, reason, error, message];
  const text = parts.filter((part) => typeof part === 'string').join(': ');
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_REASON);
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undici wraps what went wrong; the code says it without addresses and headers. */
function describe(error: unknown): string {
  const { name, cause, message } = bag(error) as { name?: unknown; cause?: unknown; message?: unknown };
  const { code } = bag(cause);
  if (name === 'AbortError') return 'no answer in time';
  if (typeof code === 'string') return code;
  return message === 'the answer is too long' ? message : 'the request failed';
}

/** A client that follows no redirect, since that would carry keys elsewhere. `hidden` stands in no message. */
export function createSetupClient(
  url: string,
  headers: Readonly<Record<string, string>>,
  { stop, hidden }: { stop: AbortSignal; hidden: readonly string[] },
): SetupClient {
  const conceal = (text: string): string =>
    hidden.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '…')), text);
  return {
    async send({ method, path, ...rest }) {
      const body = 'body' in rest && rest.body !== undefined ? JSON.stringify(rest.body) : undefined;
      const limited = new AbortController();
      const abort = (): void => limited.abort();
      const timer = setTimeout(abort, TIMEOUT_MS);
      stop.addEventListener('abort', abort, { once: true });
      if (stop.aborted) abort();
      try {
        const response = await fetch(`${url}/${path}`, {
          method,
          headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          redirect: 'manual',
          signal: limited.signal,
          ...(body === undefined ? {} : { body }),
        });
        const answer = parse(await readText(response));
        return { status: response.status, isOk: response.ok, body: answer, reason: conceal(reasonOf(answer)) };
      } catch (error) {
        throw new Error(stop.aborted ? 'stopped' : describe(error), { cause: error });
      } finally {
        clearTimeout(timer);
        stop.removeEventListener('abort', abort);
      }
    },
  };
}
