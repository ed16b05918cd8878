/** Names of request spans. */

import type { RequestState } from '../exchange/request-state.ts';

/** Methods of OpenTelemetry's HTTP conventions. Any other becomes `_OTHER`, so that callers cannot invent values. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** A method as an attribute. */
export function knownMethod(method: string | undefined): string {
  return method !== undefined && METHODS.has(method) ? method : '_OTHER';
}

/** The name of a request's span: `POST /ask/:id`, or the method alone without a route. */
export function spanName(method: string, route: string | undefined): string {
  const verb = method === '_OTHER' ? 'HTTP' : method;
  return route === undefined ? verb : `${verb} ${route}`;
}

/** Notes the template of the matched route, and names the span after it at once: spans below have its whole path. */
export function noteRoute(state: RequestState, method: string | undefined, template: string | undefined): void {
  state.template = template;
  if (template !== undefined) state.exchange?.span.updateName(spanName(knownMethod(method), template));
}
