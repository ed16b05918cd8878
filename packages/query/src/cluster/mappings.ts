/** Mappings of the indices: the profile of the documents, and whether a field can be searched as filters need. */

import {
  attributeRow,
  CONTENT_TEXT_FIELD,
  OPEN_KEY_PREFIXES,
  type ProfileName,
  profileKey,
  props,
} from '@spanline/record';
import type { Column, ColumnType, Field, Filter } from '../filter/index.ts';
import { type ClusterClient, ClusterError } from './client.ts';

/** Types of the index, by the type of a column. */
export const TYPES: Readonly<Record<ColumnType, readonly string[]>> = {
  keyword: ['keyword', 'constant_keyword', 'wildcard', 'ip'],
  words: ['text', 'match_only_text'],
  integer: ['long', 'integer', 'short', 'byte', 'unsigned_long'],
  number: ['double', 'float', 'half_float', 'scaled_float', 'long', 'integer'],
  boolean: ['boolean'],
  time: ['date', 'date_nanos'],
  open: ['flattened', 'flat_object', 'keyword'],
};
/** Every line of Spanline has it. */
const MARK = 'spanline.schema';
const SHOWN = 3;

/** Indices by type, for each field; `unmapped` is a type. */
export interface Capabilities {
  readonly indices: readonly string[];
  types(field: string): ReadonlyMap<string, readonly string[]>;
}

/** Asks for the types of fields. */
export async function readTypes(
  client: ClusterClient,
  index: string,
  fields: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Capabilities> {
  const path = `${index}/_field_caps?include_unmapped=true&fields=${fields.map(encodeURIComponent).join(',')}`;
  const answer = await client.send({ to: 'caps', path }, signal);
  const all = answer['indices'];
  const indices = Array.isArray(all) ? all.map(String) : [];
  const found = props(answer['fields']);
  return {
    indices,
    types(field) {
      const types = Object.hasOwn(found, field) ? props(found[field]) : {};
      const entries = Object.entries(types).map(([type, about]): [string, readonly string[]] => {
        const some = props(about)['indices'];
        return [type, Array.isArray(some) ? some.map(String) : indices];
      });
      return new Map(entries);
    },
  };
}

const list = (names: readonly string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');

/** The indices that hold lines, and the profile of those. */
export interface Mappings {
  readonly profile: ProfileName;
  /**
   * Checks the fields of a question.
   *
   * @param onProblem - called for indices that do not know a field
   * @throws ClusterError for a field that no index knows, or that is of another type
   */
  check(
    columns: readonly Column[],
    onProblem: (index: string, reason: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<void>;
}

function profileOf(capabilities: Capabilities, index: string): ProfileName | undefined {
  const has = (field: string): boolean => capabilities.types(field).get('keyword')?.includes(index) === true;
  if (has('trace.id')) return 'ecs';
  if (!has('trace_id')) return undefined;
  return !has('level') && has('status') ? 'datadog' : 'otel';
}

function commonProfile(capabilities: Capabilities, ours: readonly string[]): ProfileName {
  const byProfile = new Map<ProfileName, string>();
  for (const index of ours) {
    const profile = profileOf(capabilities, index);
    if (profile === undefined) {
      const problem = `the mapping of ${index} has no ids as keyword: set it up with "npx spanline setup"`;
      throw new ClusterError(problem);
    }
    byProfile.set(profile, index);
  }
  const [first, second] = [...byProfile];
  if (first === undefined) throw new ClusterError('no index holds lines of Spanline');
  if (second === undefined) return first[0];
  throw new ClusterError(
    `the indices hold two profiles, ${first[0]} in ${first[1]} and ${second[0]} in ${second[1]}: name indices of one`,
  );
}

/** Name of the field that a test on a column searches. */
function fieldOf({ key, type }: Column, profile: ProfileName): string {
  if (type === 'open') return (OPEN_KEY_PREFIXES.find((prefix) => key.startsWith(prefix)) ?? key).replace(/\.$/, '');
  return attributeRow(key)?.kind === 'json' && profile === 'ecs' ? CONTENT_TEXT_FIELD : profileKey(key, profile);
}

/** Reads the mappings of an index or a pattern. */
export async function readMappings(
  client: ClusterClient,
  { index, profile: given }: { readonly index: string; readonly profile: ProfileName | undefined },
  signal: AbortSignal | undefined,
): Promise<Mappings> {
  const marks = await readTypes(client, index, [MARK, 'trace.id', 'trace_id', 'level', 'status'], signal);
  if (marks.indices.length === 0) throw new ClusterError(`no index has the name ${index}, or this account sees none`);
  const ours = marks.types(MARK).get('keyword') ?? [];
  if (ours.length === 0)
    throw new ClusterError(`no index of ${index} holds lines of Spanline (${MARK} is not mapped as keyword)`);
  const profile = given ?? commonProfile(marks, ours);
  const checked = new Set<string>();
  return {
    profile,
    async check(columns, onProblem, until) {
      const wanted = new Map(columns.map((column) => [fieldOf(column, profile), column.type]));
      const names = [...wanted.keys()].filter((name) => !checked.has(name));
      if (names.length === 0) return;
      const capabilities = await readTypes(client, index, names, until);
      for (const name of names) {
        const types = capabilities.types(name);
        const fits = TYPES[wanted.get(name) ?? 'keyword'];
        for (const [type, indices] of types) {
          const wrong = indices.filter((one) => ours.includes(one));
          if (type === 'unmapped' || type === 'object' || fits.includes(type) || wrong.length === 0) continue;
          const problem = `${name} is mapped as ${type} in ${list(wrong)}, which filters cannot search; it has to be ${fits[0]}`;
          throw new ClusterError(problem);
        }
        const known = [...types].flatMap(([type, indices]) => (fits.includes(type) ? indices : []));
        const unknown = ours.filter((one) => !known.includes(one));
        if (unknown.length === ours.length)
          throw new ClusterError(`${name} is mapped in no index of ${index}: repeat "spanline ship setup"`);
        for (const one of unknown) onProblem(one, `its mapping does not have ${name}`);
        checked.add(name);
      }
    },
  };
}

/** Every column that a filter tests. */
export function columnsOfFilter(filter: Filter): readonly Column[] {
  switch (filter.kind) {
    case 'all':
      return [];
    case 'not':
      return columnsOfFilter(filter.filter);
    case 'test':
      return filter.field.columns;
    default:
      return filter.filters.flatMap(columnsOfFilter);
  }
}

/** Columns of a grouping. */
export const columnsOfFields = (fields: readonly Field[]): readonly Column[] =>
  fields.flatMap(({ columns }) => columns);
