/** Sends the trace context with `fetch`. */

import { SpanlineError } from '@spanline/core';
import { checkOptions, injectCurrent, option, type Shape } from '@spanline/instrumentation';

/** Options of {@link propagate}. */
export interface PropagateOptions {
  /** Selects the URLs that get the headers. A function that throws selects none. @defaultValue every URL */
  to?: (url: URL) => boolean;
}

const SHAPE: Shape<PropagateOptions> = { to: option.callback() };

type Fetch = typeof globalThis.fetch;

function urlOf(input: Parameters<Fetch>[0]): URL {
  return new URL(typeof input === 'object' && 'url' in input ? input.url : input);
}

/**
 * The headers of a call, with those of the trace. Headers that the caller set are kept. `undefined` if there is nothing
 * to add.
 */
function headersOf(input: Parameters<Fetch>[0], init: Parameters<Fetch>[1]): Headers | undefined {
  const injected: Record<string, string> = {};
  injectCurrent(injected);
  if (injected['traceparent'] === undefined) return undefined;
  const headers = new Headers(init?.headers ?? (typeof input === 'object' && 'headers' in input ? input.headers : {}));
  if (headers.has('traceparent')) return undefined;
  for (const name in injected) if (!headers.has(name)) headers.set(name, injected[name] ?? '');
  return headers;
}

/**
 * Wraps `fetch` to send the current trace context: `traceparent`, `tracestate` and allow-listed baggage. The service
 * that it calls and this one then write one trace. Outside of a span nothing is added. For other clients, use the
 * headers of `tracer.inject({})`.
 *
 * @example
 * ```ts
 * import { propagate } from '@spanline/http';
 *
 * const tracedFetch = propagate(fetch, { to: ({ hostname }) => hostname.endsWith('.internal') });
 * await tracedFetch('http://search.internal/documents?q=logs');
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_ARGUMENT` if `fetch` is not a function, `ERR_INVALID_OPTION`
 */
export function propagate(fetch: Fetch, options: PropagateOptions = {}): Fetch {
  if (typeof fetch !== 'function') {
    throw new SpanlineError({
      code: 'ERR_INVALID_ARGUMENT',
      option: 'propagate(fetch)',
      expected: 'a function',
      got: fetch,
    });
  }
  checkOptions(SHAPE, options);
  const { to } = options;
  return function tracedFetch(input, init) {
    let headers: Headers | undefined;
    try {
      if (to === undefined || to(urlOf(input))) headers = headersOf(input, init);
    } catch {
      headers = undefined;
    }
    return headers === undefined ? fetch(input, init) : fetch(input, { ...init, headers });
  };
}
