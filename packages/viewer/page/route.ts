/** What the page shows. All of it is in the address, so that a view can be kept, shared and gone back to. */

import { computed, signal } from '@preact/signals';

/** Names of the pages. */
export type PageName =
  | 'traces'
  | 'trace'
  | 'dashboard'
  | 'steps'
  | 'compare'
  | 'diff'
  | 'errors'
  | 'alerts'
  | 'map'
  | 'queue';

/** A view: a page, the id that it shows, and its parameters (`filter`, `since`, `from`, `to`, `order`, `group`, `by`, `span`,
 * `view`, `a`, `b`, `with`, `at`, `of`). */
export interface Route {
  readonly page: PageName;
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const PAGES: readonly PageName[] = [
  'traces',
  'trace',
  'dashboard',
  'steps',
  'compare',
  'diff',
  'errors',
  'alerts',
  'map',
  'queue',
];

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parse(address: string): Route {
  const [path = '', query = ''] = address.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/');
  const page = PAGES.find((known) => known === name) ?? 'traces';
  return { page, id: decode(id), parameters: Object.fromEntries(new URLSearchParams(query)) };
}

const hash = signal(location.hash);

/** The view of the address. */
export const route = computed<Route>(() => parse(hash.value));

/** Reads the address. The browser reports a change later, and another one may come before. */
function follow(): void {
  hash.value = location.hash;
}

addEventListener('hashchange', follow);

/** The address of a view. Empty parameters are left out. */
export function addressOf({ page, id, parameters }: Partial<Route> & { readonly page: PageName }): string {
  const known = Object.entries(parameters ?? {}).filter(([, value]) => value !== '');
  const query = new URLSearchParams(known).toString();
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ''}${query === '' ? '' : `?${query}`}`;
}

/** Parameters that stay when the page changes: what is looked at. */
export function scope(): Readonly<Record<string, string>> {
  const { filter = '', since = '', from = '', to = '' } = route.value.parameters;
  return { filter, since, from, to };
}

/** Shows a view. @param replaces - without an entry in the history */
export function show(view: Route, replaces = false): void {
  if (replaces) history.replaceState(undefined, '', addressOf(view));
  else location.hash = addressOf(view);
  follow();
}

/** Changes parameters of the view. @param replaces - without an entry in the history */
export function change(parameters: Readonly<Record<string, string>>, replaces = false): void {
  show({ ...route.value, parameters: { ...route.value.parameters, ...parameters } }, replaces);
}

/** Opens a view. */
export function go(page: PageName, id = '', parameters: Readonly<Record<string, string>> = {}): void {
  show({ page, id, parameters });
}
