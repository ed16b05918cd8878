/** Notes beside an answer that is empty: names in its filter that no span has. */

import { statSync } from 'node:fs';
import { printable } from '@spanline/pretty/internal';
import { type Field, type Filter, type Query, type ReadOptions } from '@spanline/query';
import { type AttributeKey, nearest } from '@spanline/record';

/** Keys whose values are names that people type. The names of users and tenants are not shown to those who guess. */
const NAMES: ReadonlySet<string> = new Set<AttributeKey>([
  'span.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.provider.name',
  'gen_ai.tool.name',
  'gen_ai.agent.name',
  'gen_ai.prompt.name',
  'http.route',
  'service.name',
  'deployment.environment.name',
  'error.type',
]);
/** Names that are looked for, each with a question of its own. */
const MAX_NAMES = 3;
const MAX_LENGTH = 200;

interface WantedName {
  readonly field: Field;
  readonly name: string;
}

/** Names that a span must have to pass. */
function wantedNames(filter: Filter): WantedName[] {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.filters.flatMap(wantedNames);
  if (filter.kind !== 'test' || filter.test.kind !== 'equal') return [];
  const { field, test } = filter;
  if (!field.columns.every(({ key }) => NAMES.has(key))) return [];
  return test.values.flatMap((name) => (typeof name === 'string' ? { field, name } : []));
}

/** A stream and a pipe can be read once. */
export const isRepeatable = (sources: readonly string[]): boolean =>
  sources.every((source) => {
    const stats = source === '-' ? undefined : statSync(source, { throwIfNoEntry: false });
    return source !== '-' && (stats === undefined || stats.isFile() || stats.isDirectory());
  });

async function noteOf(query: Query, { field, name }: WantedName, read: ReadOptions): Promise<string[]> {
  const { rows } = await query.stats('*', { ...read, by: [field.name] });
  const known = rows.toSorted((a, b) => b.count - a.count).flatMap(({ by: [value] }) => value ?? []);
  if (known.length === 0 || known.some((value) => String(value) === name)) return [];
  const meant = nearest(name, known.map(String));
  const spell = (value: string): string => `${field.name}:${printable(value, MAX_LENGTH)}`;
  return [`note: no span has ${spell(name)}${meant === undefined ? '' : `; did you mean ${spell(meant)}?`}\n`];
}

/** Sentences about names that no span has, each with its line feed. The log is read once more for each name. */
export async function nameNotes(query: Query, filter: Filter, read: ReadOptions): Promise<string> {
  const notes: string[] = [];
  try {
    for (const wanted of wantedNames(filter).slice(0, MAX_NAMES)) notes.push(...(await noteOf(query, wanted, read)));
  } catch {
    // The question is answered: a hint is left out.
    read.signal?.throwIfAborted();
  }
  return notes.join('');
}
