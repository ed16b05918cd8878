/** Labels, and the other keys whose last part the user chooses. */
import { MAX_KEY_LENGTH } from '@spanline/record';
import { admitText } from './admit-text.ts';
import { type LeftOut, noteLeftOut } from './left-out.ts';
import { eachField } from './reading.ts';

/** Labels by clean names. */
type AdmittedLabels = Record<string, string | number | boolean>;

/** Most labels of a span, whatever the tracer's options are. */
export const MAX_LABELS = 128;
/** The key that stands for labels that were left out. */
export const LABELS = 'labels';

const LABEL_PREFIX = 'labels.';
const CLEAN = /^[A-Za-z0-9_]*$/;

function cleanName(name: unknown, maxLength: number): string {
  const text = (admitText(name) ?? '').slice(0, maxLength);
  return CLEAN.test(text) ? text : text.replace(/[^A-Za-z0-9_]/g, '_');
}

/** A key of an open family, with a last part of `[A-Za-z0-9_]`. A dot would be a path in Elasticsearch. */
export function openKey<Prefix extends string>(prefix: Prefix, name: unknown): `${Prefix}${string}` {
  return `${prefix}${cleanName(name, MAX_KEY_LENGTH - prefix.length)}`;
}

/** The clean name of a label; empty if it has none. */
export function labelKey(name: unknown): string {
  return cleanName(name, MAX_KEY_LENGTH - LABEL_PREFIX.length);
}

/** A label's value: a scalar. `undefined` for every other value. */
function admitLabel(value: unknown): string | number | boolean | undefined {
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? value : admitText(value);
}

/**
 * Sets a label, and notes one that is left out: it is no scalar, has no name, or is one too many.
 *
 * @returns false if the label is left out
 */
export function setLabel(
  labels: AdmittedLabels,
  name: unknown,
  value: unknown,
  maxLabels: number,
  target: LeftOut,
): boolean {
  const key = labelKey(name);
  const admitted = admitLabel(value);
  const isFull = !Object.hasOwn(labels, key) && Object.keys(labels).length >= maxLabels;
  if (admitted === undefined || key === '' || isFull) {
    noteLeftOut(target, LABELS);
    return false;
  }
  if (key !== '__proto__') labels[key] = admitted;
  // `__proto__` is a label like any other.
  else Object.defineProperty(labels, key, { value: admitted, enumerable: true, configurable: true, writable: true });
  return true;
}

/** Copies labels from an object onto others. `undefined` and `null` are no labels. */
export function addLabels(labels: AdmittedLabels, given: unknown, target: LeftOut): AdmittedLabels {
  const isWhole = eachField(given, (name, value) => {
    if (value !== undefined && value !== null) setLabel(labels, name, value, MAX_LABELS, target);
  });
  if (!isWhole) noteLeftOut(target, LABELS);
  return labels;
}
