/** Templates of mount paths: `/tenants/acme` → `/tenants/:tenant`. */

import { BoundedMap } from '@spanline/instrumentation';
import type { MatchedLayer } from '../router-state.ts';

const MAX_NAMES = 64;
/** Private-use characters stand in for names until all values are found, so that no value is found inside a name. */
const FIRST_MARK = 0xe000;
const MARKS = /[\uE000-\uE03F]/g;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A parameter's value as the path has it. In Express 5, that of a wildcard is an array of segments. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join('/') : '';
}

/** The position where `value` fills whole segments of `path`, else where it first occurs (`/:from-:to`), else -1. */
function find(path: string, value: string): number {
  for (let at = path.indexOf(`/${value}`); at >= 0; at = path.indexOf(`/${value}`, at + 1)) {
    const end = at + value.length + 1;
    if (end === path.length || path[end] === '/') return at + 1;
  }
  return path.indexOf(value);
}

/**
 * The template of the part that one layer matched. Each value is replaced by its name once, the longest values first.
 */
function portionTemplate(portion: string, params: MatchedLayer['params']): string {
  // A router with `mergeParams` lists its parents' parameters before its own.
  const named = Object.entries(params)
    .slice(-MAX_NAMES)
    .toReversed()
    .map(([name, value]) => ({ name, value: textOf(value) }))
    .filter(({ value }) => value !== '')
    .toSorted((first, second) => second.value.length - first.value.length);
  let template = decoded(portion);
  for (const [index, { value }] of named.entries()) {
    const at = find(template, value);
    if (at < 0) continue;
    template = template.slice(0, at) + String.fromCharCode(FIRST_MARK + index) + template.slice(at + value.length);
  }
  return template.replace(MARKS, (mark) => `:${named[mark.charCodeAt(0) - FIRST_MARK]?.name ?? ''}`);
}

const MAX_SPELLINGS = 2000;
const spellings = new BoundedMap<string, string>(MAX_SPELLINGS);

/**
 * Express matches without regard to case, and a mount path is known as the client typed it. The first spelling counts
 * for all.
 */
function oneSpelling(template: string): string {
  const lower = template.toLowerCase();
  const known = spellings.get(lower);
  if (known !== undefined) return known;
  spellings.set(lower, template);
  return template;
}

/**
 * The template of a mount path. Express keeps no template of the path given to `use`, so that it is derived from the
 * values of the parameters. Limits:
 *
 * - Two parameters of one layer with the same value may swap places, and so may a value that equals a fixed segment
 *   before it.
 * - A regular expression without groups stays as it was matched.
 *
 * @param baseUrl - as Express has it while the mounted router runs
 * @param layers - the layers around it, outermost first
 */
export function mountTemplate(baseUrl: string, layers: readonly MatchedLayer[]): string {
  if (baseUrl === '') return '';
  const enclosing = layers.filter(({ at }) => at < baseUrl.length);
  let template = baseUrl.slice(0, enclosing[0]?.at);
  for (const [index, { at, params }] of enclosing.entries()) {
    template += portionTemplate(baseUrl.slice(at, enclosing[index + 1]?.at), params);
  }
  return oneSpelling(template);
}
