import { OPEN_KEY_PREFIXES, type SpanRecord } from '../schema/index.ts';
import { memoize } from '../values/bounded-map.ts';
import { setOwn } from '../values/set-own.ts';
import { DATADOG } from './spellings.ts';

type Nested = { [key: string]: unknown };

/** Families whose last part the user chooses. That part stays one attribute, dots included. */
const FAMILIES: readonly string[] = OPEN_KEY_PREFIXES.map((prefix) => prefix.slice(0, -1));

const MAX_PATHS = 2000;

function split(key: string): readonly string[] {
  const name = DATADOG()[key] ?? key;
  const family = FAMILIES.find((prefix) => name.startsWith(`${prefix}.`));
  if (family === undefined) return name.split('.');
  return [...family.split('.'), name.slice(family.length + 1)];
}

/** The path of a canonical key in the nested line. */
const pathOf = memoize(MAX_PATHS, split);

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
      setOwn(target, key, created);
      target = created;
    }
  }
  setOwn(target, path[last] as string, value);
}

/** A tag as `key:value`. A comma would start the next tag. */
const tag = (name: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`${name}:${value.replaceAll(',', '_')}`];

/**
 * Converts a record to Datadog's form: nested objects under its standard attributes, `service`, `ddsource`, `ddtags`,
 * and `duration` in nanoseconds. `dd.trace_id` is written only if the record has it, so that dd-trace's own injection
 * survives.
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
