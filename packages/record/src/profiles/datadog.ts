import { OPEN_KEY_PREFIXES, type SpanRecord } from '../schema/index.ts';
import { DATADOG } from './spellings.ts';

type Nested = { [key: string]: unknown };

/** Families whose last part is the user's; it is one attribute, however it is spelled. */
const FAMILIES: readonly string[] = OPEN_KEY_PREFIXES.map((prefix) => prefix.slice(0, -1));

const MAX_PATHS = 2000;
const paths = new Map<string, readonly string[]>();

function split(key: string): readonly string[] {
  const name = DATADOG[key] ?? key;
  const family = FAMILIES.find((prefix) => name.startsWith(`${prefix}.`));
  if (family === undefined) return name.split('.');
  return [...family.split('.'), name.slice(family.length + 1)];
}

/** Where a canonical key stands; computed once per key. */
function pathOf(key: string): readonly string[] {
  let path = paths.get(key);
  if (path === undefined) {
    path = split(key);
    if (paths.size >= MAX_PATHS) paths.clear();
    paths.set(key, path);
  }
  return path;
}

/** `__proto__` is a name like any other here. */
function put(target: Nested, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

function set(line: Nested, path: readonly string[], value: unknown): void {
  let target = line;
  const last = path.length - 1;
  for (let index = 0; index < last; index++) {
    const key = path[index] as string;
    const inner = Object.hasOwn(target, key) ? target[key] : undefined;
    if (typeof inner === 'object' && inner !== null) {
      target = inner as Nested;
    } else {
      const created: Nested = {};
      put(target, key, created);
      target = created;
    }
  }
  put(target, path[last] as string, value);
}

/** Tags are lists of `key:value`; a comma would begin the next. */
const tag = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`${name}:${value.replaceAll(',', '_')}`];

/**
 * A record as Datadog reads it: nested objects under its standard attributes, `service`, `ddsource`, `ddtags`, `duration` in nanoseconds. `dd.trace_id` stands there only
 * when the record has it, so that what dd-trace injects by itself survives.
 */
export function toDatadog(record: SpanRecord): Nested {
  const line: Nested = {};
  const source = record as Readonly<Record<string, unknown>>;
  for (const key in source) {
    const value = source[key];
    if (value !== undefined) set(line, pathOf(key), value);
    if (key === 'message') {
      line['ddsource'] = 'nodejs';
      const tags = [...tag('env', record['deployment.environment.name']), ...tag('version', record['service.version'])];
      if (tags.length > 0) line['ddtags'] = tags.join(',');
    }
    if (key === 'event.duration' && value !== undefined) line['duration'] = value;
  }
  return line;
}
