/**
 * Content for Elasticsearch. Elastic maps content fields as `flattened`, which takes objects and arrays of objects and
 * rejects a document with anything else. Any other value is wrapped as `{"value": …}`. An object that looks like the
 * wrapping is wrapped too, so that the conversion is reversible.
 */

import { isProps, type Props } from '../values/props.ts';
import { hasPieces, isAmbiguous, isTooLong, join, split } from './long-text.ts';

/**
 * Elasticsearch rejects a document deeper than 20 levels. Arrays, pieces of a text and the wrapping count as levels.
 */
const MAX_LEVELS = 20;
const MAX_DEPTH = 18;

const fitText = (text: string): string | string[] => (isTooLong(text) ? split(text) : text);

/** Makes a value acceptable to `flattened`: long texts become pieces, values that are too deep become JSON strings. */
function fit(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return fitText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return fitText(JSON.stringify(value));
  if (Array.isArray(value)) {
    const entries = value.map((entry: unknown) => fit(entry, depth + 1));
    // Entries of the outermost list are wrapped, so that the list is never mistaken for pieces.
    return depth > 0 && isAmbiguous(entries) ? ['', ...entries] : entries;
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fit(entry, depth + 1)]));
}

function exceeds(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isTooLong(value);
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= MAX_DEPTH || (depth > 0 && Array.isArray(value) && isAmbiguous(value))) return true;
  for (const key in value) if (exceeds((value as Props)[key], depth + 1)) return true;
  return false;
}

function isWrapping(value: unknown): value is { value: unknown } {
  return isProps(value) && Object.keys(value).length === 1 && 'value' in value;
}

function wrap(value: unknown): Props {
  return isProps(value) && !isWrapping(value) ? value : { value };
}

const unwrap = (value: unknown): unknown => (isWrapping(value) ? value.value : value);

/** Converts the JSON of a content field for `flattened`. Text that is not JSON is wrapped as it is. Never throws. */
export function toStructured(json: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'string') return { value: fitText(parsed) };
    const value = exceeds(parsed, 0) ? fit(parsed, 0) : parsed;
    return Array.isArray(value) ? value.map(wrap) : wrap(value);
  } catch {
    return { value: fitText(String(json)) };
  }
}

/** Undoes {@link toStructured}. */
export function fromStructured(given: unknown): string {
  const value = hasPieces(given, MAX_LEVELS) ? join(given, MAX_LEVELS) : given;
  return JSON.stringify(Array.isArray(value) ? value.map(unwrap) : unwrap(value));
}
