import { attributeRow } from '../schema/index.ts';
import { isProps, type Props } from '../values/props.ts';

const MAX_DEPTH = 10;

/** The fields of a line, by dotted key. */
export interface FlatLine {
  readonly keys: readonly string[];
  readonly fields: Readonly<Props>;
  /** Values of a key that the line has twice: dotted, and nested. */
  readonly repeated: readonly (readonly [key: string, value: unknown])[];
}

/** True for an object that is flattened further. Content stays in one piece, and so does an object without keys. */
function isNested(path: string, value: unknown, depth: number): value is Props {
  if (!isProps(value) || depth >= MAX_DEPTH || attributeRow(path)?.kind === 'json') return false;
  for (const _key in value) return true;
  return false;
}

/** Flattens nested objects to dotted keys. If nothing in a line is nested, its fields are the line itself. */
export function flatten(line: Props): FlatLine {
  const keys = Object.keys(line);
  if (!keys.some((key) => isNested(key, line[key], 0))) return { keys, fields: line, repeated: [] };
  const fields = Object.create(null) as Props;
  const repeated: [string, unknown][] = [];
  const add = (source: Props, prefix: string, depth: number): void => {
    for (const key of Object.keys(source)) {
      const path = prefix + key;
      const value = source[key];
      if (isNested(path, value, depth)) add(value, `${path}.`, depth + 1);
      else if (path in fields) repeated.push([path, value]);
      else fields[path] = value;
    }
  };
  add(line, '', 0);
  return { keys: Object.keys(fields), fields, repeated };
}
