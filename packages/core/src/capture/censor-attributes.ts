import { isPathEnd, type PathRedactor, stepInto } from '../redaction/index.ts';
import type { CapturedLine } from './captured-line.ts';
import { OWN_KEYS } from './keys.ts';

const LABEL_PREFIX = 'labels.';

/** A censor may return anything. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value);
}

function censorList(key: string, values: readonly unknown[], line: CapturedLine, paths: PathRedactor): unknown[] {
  const position = paths.enterAttribute(key);
  return values.flatMap((entry, index) => {
    const step = String(index);
    if (!isPathEnd(stepInto(position, step))) return [entry];
    const censored = line.censor(entry, [key, step]);
    return censored === undefined ? [] : [asText(censored)];
  });
}

/** A label stays a scalar; every other attribute that a path leads to is text. */
function censorValue(key: string, value: unknown, line: CapturedLine): unknown {
  const censored = line.censor(value, [key]);
  const isScalar = ['undefined', 'string', 'number', 'boolean'].includes(typeof censored);
  const kept = isScalar && (censored === undefined || key.startsWith(LABEL_PREFIX)) ? censored : asText(censored);
  return Array.isArray(value) && kept !== undefined ? [kept] : kept;
}

/**
 * Redacts the attributes that the user's paths lead to: texts, lists of texts, and labels. Numbers that the tracer
 * measures, ids, times and enumerations stay. The message of a span follows the name of the span.
 */
export function censorAttributes(line: CapturedLine, paths: PathRedactor): void {
  const { record } = line;
  const { message, 'span.name': name } = record;
  for (const key in record) {
    const value = record[key];
    if (OWN_KEYS.has(key) || value === undefined) continue;
    const isList = Array.isArray(value);
    if (typeof value !== 'string' && !isList && !key.startsWith(LABEL_PREFIX)) continue;
    if (isPathEnd(paths.enterAttribute(key))) record[key] = censorValue(key, value, line);
    else if (isList) record[key] = censorList(key, value, line, paths);
  }
  const newName = record['span.name'];
  if (typeof message !== 'string' || typeof name !== 'string' || newName === name || name === '') return;
  if (record['message'] === message && message.startsWith(name)) {
    record['message'] = `${typeof newName === 'string' ? newName : ''}${message.slice(name.length)}`;
  }
}
