/** Asks a model over HTTP: a server that speaks OpenAI's chat completions, or Anthropic's messages. */
import { setTimeout as sleep } from 'node:timers/promises';
import { list, nearest, number, props, SpanlineError, text } from '@spanline/record';
import { backoffMs, retryAfterMs } from '@spanline/remote';
import { fail } from '../../fail.ts';
import type { Api } from './body.ts';

const NO_USE: ReadonlySet<number> = new Set([401, 403, 404]);

const nowMs = (): number => performance.timeOrigin + performance.now();

/** An answer that is an error, or none. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  /** HTTP status; `undefined` if there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.status = status;
  }

  /** True if another attempt may succeed: the request is no reason. */
  get isPassing(): boolean {
    return this.status === undefined || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** True if the request was refused for itself. Other refusals are about the key and the address. */
  get isResult(): boolean {
    return !this.isPassing && !NO_USE.has(this.status ?? 0);
  }
}

/** The last attempt of a call: waiting for a server that limits us is no time of the model. */
export interface Attempt {
  /** Epoch milliseconds, fractional. */
  readonly startMs: number;
  readonly endMs: number;
  /** The answer, or the refusal of this one request. */
  readonly answer: Record<string, unknown> | ModelError;
}

/** A server, and how it is asked. */
export interface ModelClient {
  readonly api: Api;
  readonly url: URL;
  /**
   * @throws ModelError if the server was not reached or takes no request, also after all attempts; the reason of `stop`
   */
  ask(body: object, stop: AbortSignal): Promise<Attempt>;
}

/** Options of {@link createModelClient}. */
export interface ModelClientOptions {
  readonly api: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly retries: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The client estimates alone, and needs no key. */
  readonly asksNothing?: boolean;
}

const APIS: readonly Api[] = ['openai', 'anthropic'];
const SERVERS = {
  openai: {
    url: 'https://api.openai.com/v1',
    path: 'chat/completions',
    key: 'OPENAI_API_KEY',
    base: 'OPENAI_BASE_URL',
  },
  anthropic: {
    url: 'https://api.anthropic.com',
    path: 'v1/messages',
    key: 'ANTHROPIC_API_KEY',
    base: 'ANTHROPIC_BASE_URL',
  },
} as const;
const BACKOFF = { minMs: 1000, maxMs: 60_000 };
const TIMEOUT_MS = 600_000;
const MAX_MESSAGE = 300;

function apiOf(given: string | undefined, model: string | undefined): Api {
  if (given === undefined) return /\bclaude\b/.test(model ?? '') ? 'anthropic' : 'openai';
  const known = APIS.find((api) => api === given);
  if (known !== undefined) return known;
  const meant = nearest(given, APIS);
  return fail('--api', `openai or anthropic${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

function urlOf(api: Api, baseUrl: string | undefined, env: ModelClientOptions['env']): URL {
  const { url, path, base } = SERVERS[api];
  const named = env[base] === '' ? undefined : env[base];
  const given = baseUrl ?? named ?? url;
  const from = baseUrl === undefined ? (named === undefined ? 'the URL' : base) : '--base-url';
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) return fail(from, 'a URL of http or https');
  const parsed = new URL(given);
  if (parsed.username !== '' || parsed.password !== '') return fail(from, 'a URL without a password');
  parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/${path}`;
  return parsed;
}

function headersOf(api: Api, key: string | undefined): Record<string, string> {
  const json = { 'content-type': 'application/json' };
  if (api === 'openai') return key === undefined ? json : { ...json, authorization: `Bearer ${key}` };
  return { ...json, 'anthropic-version': '2023-06-01', ...(key === undefined ? {} : { 'x-api-key': key }) };
}

/** The server's words, in one line. A server may quote the key that it refuses. */
function reasonOf(body: string, key: string | undefined): string {
  let reason = body;
  try {
    const { error, message } = props(JSON.parse(body));
    reason = text(props(error)['message']) ?? text(message) ?? text(error) ?? body;
  } catch {
    // No JSON, such as a page of a proxy.
  }
  const shown = key === undefined || key === '' ? reason : reason.replaceAll(key, '…');
  return shown.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_MESSAGE);
}

async function answered(response: Response, key: string | undefined): Promise<Record<string, unknown>> {
  const body = await response.text();
  if (!response.ok) throw new ModelError(`${response.status} ${reasonOf(body, key)}`.trim(), response.status);
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw new ModelError('the answer of the server is not JSON', response.status);
  }
}

/** Text of a failure of the network, without the request. */
function networkReason(error: unknown): string {
  const { code, cause } = props(error);
  const reason = text(code) ?? text(props(cause)['code']) ?? (error instanceof Error ? error.name : 'unknown error');
  return `the server was not reached (${reason})`;
}

/**
 * Creates a client. All calls wait as long as the server asks one of them to.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for an unknown API, a wrong URL, and a missing key
 */
export function createModelClient({
  api: given,
  baseUrl,
  model,
  retries,
  env,
  asksNothing = false,
}: ModelClientOptions): ModelClient {
  const api = apiOf(given, model);
  const url = urlOf(api, baseUrl, env);
  const { key: name, url: official } = SERVERS[api];
  const key = env[name] === '' ? undefined : env[name];
  if (!asksNothing && key === undefined && url.host === new URL(official).host) {
    const problem = `${name} is not set; --base-url, or ${SERVERS[api].base}, names another server`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
  }
  const headers = headersOf(api, key);
  let pausedUntil = 0;
  /** The last failure said how long to wait. */
  let hasAsked = false;

  async function attempt(body: string, stop: AbortSignal): Promise<Record<string, unknown>> {
    const control = new AbortController();
    const abort = (): void => control.abort(stop.reason);
    const timer = setTimeout(() => control.abort(new Error('timeout')), TIMEOUT_MS);
    stop.addEventListener('abort', abort, { once: true });
    hasAsked = false;
    try {
      stop.throwIfAborted();
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: control.signal });
      if (response.status === 429 || response.status >= 500) {
        const asked = retryAfterMs(Object.fromEntries(response.headers));
        hasAsked = asked !== undefined;
        if (asked !== undefined) pausedUntil = Math.max(pausedUntil, performance.now() + asked);
      }
      return await answered(response, key);
    } catch (error) {
      stop.throwIfAborted();
      throw error instanceof ModelError ? error : new ModelError(networkReason(error), undefined);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', abort);
    }
  }

  return {
    api,
    url,
    async ask(given_, stop) {
      const body = JSON.stringify(given_);
      for (let failures = 0; ;) {
        while (pausedUntil > performance.now())
          await sleep(Math.min(pausedUntil - performance.now(), 2 ** 31 - 1), undefined, { signal: stop });
        const startMs = nowMs();
        try {
          const answer = await attempt(body, stop);
          return { startMs, endMs: nowMs(), answer };
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          if (error.isResult) return { startMs, endMs: nowMs(), answer: error };
          if (!error.isPassing || ++failures > retries) throw error;
          if (!hasAsked) await sleep(backoffMs(failures, BACKOFF), undefined, { signal: stop });
        }
      }
    },
  };
}

/** Facts of an answer for its span. */
export function readAnswer(api: Api, answer: Record<string, unknown>) {
  const shared = { model: text(answer['model']), id: text(answer['id']) };
  if (api === 'anthropic') {
    const output = [{ role: 'assistant', content: answer['content'] ?? [] }];
    return { ...shared, output, finishReasons: [text(answer['stop_reason']) ?? []].flat() };
  }
  const choices = list(answer['choices']).map((choice) => props(choice));
  return {
    ...shared,
    output: choices.map(({ message }) => message),
    finishReasons: choices.flatMap(({ finish_reason: reason }) => text(reason) ?? []),
  };
}

/** Tokens that an answer may have at most, as its request says. */
export function mostTokens(body: Readonly<Record<string, unknown>>): number | undefined {
  return number(body['max_completion_tokens'] ?? body['max_tokens']);
}
