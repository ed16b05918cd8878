/** A field of a line: its key and its value as JSON. */
export interface Field {
  readonly key: string;
  readonly json: string;
}

/** `,"key":json`, ready to be joined. */
export function member({ key, json }: Field): string {
  return `,${JSON.stringify(key)}:${json}`;
}

function toFields(json: string): readonly Field[] {
  try {
    const object = JSON.parse(json) as Record<string, unknown>;
    return Object.keys(object).map((key) => ({ key, json: JSON.stringify(object[key]) }));
  } catch {
    return [];
  }
}

const MAX_CACHED = 500;

/**
 * Splits pieces of JSON that pino keeps as text into fields, remembering the last few hundred. Of a key that stands twice the last value counts, as in
 * every JSON reader. Text that is no JSON (a serializer that returned something else) holds no fields.
 */
function createFieldCache(toObject: (text: string) => string): (text: string) => readonly Field[] {
  const cache = new Map<string, readonly Field[]>();
  return (text) => {
    let fields = cache.get(text);
    if (fields === undefined) {
      fields = toFields(toObject(text));
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(text, fields);
    }
    return fields;
  };
}

/** pino's level part: `{"level":30`. */
export const levelFields: (text: string) => readonly Field[] = createFieldCache((text) => `${text}}`);

/** pino's bindings: `,"pid":1,"hostname":"…"`. */
export const bindingFields: (text: string) => readonly Field[] = createFieldCache((text) => `{${text.slice(1)}}`);

/**
 * pino's time part: `,"time":1700000000000`. Almost every call has a new text, so the usual form, one plain key, is read without parsing.
 */
export function timeFields(text: string): readonly Field[] {
  if (text === '') return [];
  const end = text.indexOf('"', 2);
  if (!text.startsWith(',"') || end < 0 || text[end + 1] !== ':') return toFields(`{${text.slice(1)}}`);
  if (text.includes(',', end) || text.includes('\\')) return toFields(`{${text.slice(1)}}`);
  return [{ key: text.slice(2, end), json: text.slice(end + 2) }];
}
