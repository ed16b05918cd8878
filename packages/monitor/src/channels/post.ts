import { SpanlineError } from '@spanline/core';
import { isSecret, readSecret, retryAfterMs, type Secret } from '@spanline/remote';
import { ChannelError } from './channel-error.ts';

/** A key or URL as the options give it; checked before anything is sent. @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkSecret(option: string, secret: unknown): Secret {
  if (isSecret(secret)) return secret;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option,
    expected: 'a string, { env } or { file }',
    got: secret,
  });
}

/** The same for URLs, of which what is written out is checked at once. @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkUrl(option: string, secret: unknown): Secret {
  const checked = checkSecret(option, secret);
  if (typeof checked !== 'string' || urlOf(checked) !== undefined) return checked;
  // The URL itself may be a key: nothing of it is shown.
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'an http or https URL' });
}

function urlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/** The text of a key. @throws ChannelError naming where it should be */
export function readKey(what: string, secret: Secret): string {
  const text = readSecret(secret);
  if (text !== undefined) return text;
  const place = typeof secret === 'string' ? '' : 'env' in secret ? ` in ${secret.env}` : ` in ${secret.file}`;
  throw new ChannelError(`there is no ${what}${place}`);
}

/** A request to send. */
export interface Post {
  readonly url: Secret;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Posts JSON. Redirects are not followed, since they would carry keys elsewhere, and the answer's content is not read.
 *
 * @throws ChannelError for every answer but 2xx: to be repeated for 408, 429, 5xx and where there is no answer, else for good
 */
export async function post({ url: given, headers = {}, body, signal }: Post): Promise<void> {
  const url = urlOf(readKey('URL', given));
  if (url === undefined) throw new ChannelError('the URL is none', { isPermanent: true });
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'spanline', ...headers },
      body,
      signal,
      redirect: 'error',
    });
  } catch (error) {
    throw new ChannelError(signal.aborted ? 'no answer in time' : `no connection (${codeOf(error)})`);
  }
  await response.body?.cancel().catch(() => undefined);
  const { ok, status } = response;
  if (ok) return;
  const isPermanent = status >= 300 && status < 500 && status !== 408 && status !== 429;
  throw new ChannelError(`status ${status}`, {
    isPermanent,
    retryAfterMs: retryAfterMs(Object.fromEntries(response.headers)),
  });
}

/** Nothing of a request stands in the code of an error; in its message it may. */
function codeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown; message?: unknown } };
  if (typeof cause?.code === 'string') return cause.code;
  return cause?.message === 'unexpected redirect' ? 'it leads elsewhere' : 'failed';
}
