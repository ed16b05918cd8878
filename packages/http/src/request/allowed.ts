/** Query parameters and headers that an application allows to be written. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Span } from '@spanline/core';
import { isSecretName } from '@spanline/instrumentation';

/** Names that are allowed. */
export interface AllowedNames {
  readonly query: ReadonlySet<string>;
  /** Lower case. */
  readonly headers: readonly string[];
}

/** Headers that are never written. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'x-api-key',
  'x-spanline-debug',
]);

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** True for the name of a header that may be allowed. */
export function isAllowableHeader(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    HEADER_NAME.test(name) &&
    !FORBIDDEN.has(name.toLowerCase()) &&
    !isSecretName(name.toLowerCase())
  );
}

/** True for the name of a query parameter that may be allowed. */
export function isAllowableParameter(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && !isSecretName(name);
}

const MAX_LENGTH = 1024;
const MAX_TARGET = 16_384;

/** The allowed parameters of a request's query, in their order. */
function queryOf(target: string, allowed: ReadonlySet<string>): string | undefined {
  const from = target.indexOf('?');
  if (from < 0) return undefined;
  const kept: string[] = [];
  for (const [name, value] of new URLSearchParams(target.slice(from + 1, MAX_TARGET))) {
    if (allowed.has(name)) kept.push(`${name}=${value}`);
  }
  return kept.length === 0 ? undefined : kept.join('&').slice(0, MAX_LENGTH);
}

/** Sets `url.query` and `labels.header_<name>`. Core redacts both. */
export function setAllowed(
  span: Span,
  target: string,
  given: IncomingHttpHeaders,
  { query, headers }: AllowedNames,
): void {
  if (query.size > 0) span.set({ 'url.query': queryOf(target, query) });
  for (const name of headers) {
    const value = given[name];
    if (value !== undefined) span.label(`header_${name}`, String(value).slice(0, MAX_LENGTH));
  }
}
