/**
 * Elastic maps content fields as `flattened`, which takes objects and arrays of objects and rejects a document with anything else. What is neither is put
 * into `{"value": …}`; so is an object that looks like this wrapping, which makes it reversible.
 */

type Bag = Record<string, unknown>;

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWrapping(value: unknown): value is { value: unknown } {
  return isBag(value) && Object.keys(value).length === 1 && 'value' in value;
}

function wrap(value: unknown): Bag {
  return isBag(value) && !isWrapping(value) ? value : { value };
}

const unwrap = (value: unknown): unknown => (isWrapping(value) ? value.value : value);

/** A content field's JSON as `flattened` takes it; text that is no JSON is wrapped as it is. */
export function toStructured(json: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { value: json };
  }
  return Array.isArray(value) ? value.map(wrap) : wrap(value);
}

/** Undoes {@link toStructured}. */
export function fromStructured(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map(unwrap) : unwrap(value));
}
