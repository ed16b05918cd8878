import { retryAfterMs, type Secret } from '@spanline/remote';
import { ChannelError } from '../alerts/channel.ts';
import { parseUrl, requireSecret } from './secrets.ts';

/** A request. */
export interface Post {
  readonly url: Secret;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Posts JSON. It does not follow redirects, which would carry keys elsewhere, and does not read the body of the answer.
 *
 * @throws ChannelError for every status but 2xx. It is permanent unless the status is 408, 429 or 5xx.
 */
export async function post({ url: given, headers = {}, body, signal }: Post): Promise<void> {
  const url = parseUrl(requireSecret('URL', given));
  if (url === undefined) throw new ChannelError('the URL is not an http or https URL', { isPermanent: true });
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

/** Uses the error's code: its message may contain parts of the request. */
function codeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown; message?: unknown } };
  if (typeof cause?.code === 'string') return cause.code;
  return cause?.message === 'unexpected redirect' ? 'it redirects' : 'failed';
}
