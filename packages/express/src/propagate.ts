import { injectCurrent } from '@spanline/instrumentation';

/** Options of {@link propagate}. */
export interface PropagateOptions {
  /** Hosts that are told of the trace. A function that throws tells nobody. @defaultValue every host */
  to?: (url: URL) => boolean;
}

type Fetch = typeof globalThis.fetch;

function urlOf(input: Parameters<Fetch>[0]): URL {
  return new URL(typeof input === 'object' && 'url' in input ? input.url : input);
}

/** The headers of a call with those of the trace; what the caller has set stands. `undefined` where there is nothing to add. */
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
 * A `fetch` that carries the current trace on: `traceparent`, `tracestate` and allow-listed baggage, so that the service it calls and this one write one trace. Outside of a span it is `fetch`
 * as it was. Other clients take the headers of `tracer.inject({})`.
 *
 * @example
 * ```ts
 * import { propagate } from '@spanline/express';
 *
 * const tracedFetch = propagate(fetch, { to: ({ hostname }) => hostname.endsWith('.internal') });
 * await tracedFetch('http://search.internal/documents?q=logs');
 * ```
 */
export function propagate(fetch: Fetch, options: PropagateOptions = {}): Fetch {
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
