/** Baselines: results of an experiment in a file of the repository. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SpanlineError } from '@spanline/record';
import { isObject } from '../dataset/item.ts';
import { replaceFile } from '../replace-file.ts';
import type { ExperimentResults } from './results.ts';

const SCHEMA = 1;

const isList = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

function isResults(value: unknown): value is ExperimentResults & { schema: number } {
  if (!isObject(value) || value['schema'] !== SCHEMA) return false;
  const { experiment, dataset, models, judges, scores } = value;
  if (typeof experiment !== 'string' || typeof dataset !== 'string' || !Array.isArray(models)) return false;
  if (!isObject(judges) || !isObject(scores)) return false;
  if (
    !Object.values(judges).every(
      (judge) => isObject(judge) && isList(judge['models']) && isList(judge['versions'] ?? []),
    )
  )
    return false;
  return Object.values(scores).every(
    (items) =>
      isObject(items) &&
      Object.values(items).every(
        (values) => Array.isArray(values) && values.every((one) => typeof one === 'number' && Number.isFinite(one)),
      ),
  );
}

/** Reads a baseline. @returns `undefined` if there is none @throws SpanlineError `ERR_INVALID_BASELINE` */
export function readBaseline(path: string): ExperimentResults | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isResults(value)) return value;
  throw new SpanlineError({ code: 'ERR_INVALID_BASELINE', option: path, expected: 'a baseline that evaluate() wrote' });
}

/** Writes a baseline, in an order that makes small differences of the file. */
export function writeBaseline(path: string, results: ExperimentResults): void {
  const { experiment, dataset, models, judges, scores } = results;
  const sorted = <T>(members: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const ordered = sorted(scores).map(([name, items]) => [name, Object.fromEntries(sorted(items))] as const);
  const file = {
    schema: SCHEMA,
    experiment,
    dataset,
    models,
    judges: Object.fromEntries(sorted(judges)),
    scores: Object.fromEntries(ordered),
  };
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, `${JSON.stringify(file, undefined, 2)}\n`);
}
