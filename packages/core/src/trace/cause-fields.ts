/** The fields of a cause that is no error, as JSON. */
import { isObject } from '@spanline/record';
import { admitText, eachField } from '../gate/index.ts';

const MAX_FIELDS = 20;
const MAX_DEPTH = 3;

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (!isObject(value) || typeof value === 'function') return admitText(value);
  return depth === MAX_DEPTH ? '…' : fields(value, depth);
}

function fields(value: unknown, depth: number): Record<string, unknown> {
  const read: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let count = 0;
  eachField(value, (key, field) => {
    if (count++ < MAX_FIELDS) read[key] = plain(field, depth + 1);
  });
  if (count > MAX_FIELDS) read['…'] = `[+${count - MAX_FIELDS} keys]`;
  return read;
}

/** The fields of an object, three levels deep; empty if it has none that can be read. Never throws. */
export function causeFields(value: unknown): string {
  const json = JSON.stringify(fields(value, 0));
  return json === '{}' ? '' : json;
}
