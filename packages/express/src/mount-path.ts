/** The parameters that a layer with a path had, and where in the URL its path begins. */
export interface MatchedLayer {
  readonly at: number;
  readonly params: Readonly<Record<string, unknown>>;
}

const MAX_NAMES = 64;
/** Private-use characters stand for names until all values are found, so that no value is looked for inside a name. */
const FIRST_MARK = 0xe000;
const MARKS = /[\uE000-\uE03F]/g;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A parameter's value as it stands in the path; a wildcard's is an array of segments in Express 5. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join('/') : '';
}

/** Where `value` fills whole segments of `path`, else where it first occurs (`/:from-:to`), else -1. */
function find(path: string, value: string): number {
  for (let at = path.indexOf(`/${value}`); at >= 0; at = path.indexOf(`/${value}`, at + 1)) {
    const end = at + value.length + 1;
    if (end === path.length || path[end] === '/') return at + 1;
  }
  return path.indexOf(value);
}

/** The template of the part of a mount path that one layer matched: each value is replaced by its name once, longest values first. */
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

const MAX_SPELLINGS = 1000;
const spellings = new Map<string, string>();

/** Express matches without regard to case, and the mount path is known as the client typed it: one spelling, the first seen, stands for all. */
function oneSpelling(template: string): string {
  const lower = template.toLowerCase();
  const known = spellings.get(lower);
  if (known !== undefined) return known;
  if (spellings.size >= MAX_SPELLINGS) return lower;
  spellings.set(lower, template);
  return template;
}

/**
 * The template of a mount path (`/tenants/acme` → `/tenants/:tenant`). Express keeps no template of what `use` was given; the values of the parameters tell it. Two parameters of one
 * layer with the same value, or a value that equals a fixed segment before it, may swap places; a regular expression without groups stays as it was matched.
 *
 * @param baseUrl - as Express has it while the mounted router runs
 * @param layers - that enclose it, outermost first
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
