/** Conditions and measures in ES|QL. */
import { type AttributeKey, ATTRIBUTES, profileKey } from '@spanline/record';
import type { Condition, Measure, Selection } from '@spanline/record/metrics';
import type { SearchProfile } from './condition.ts';

type Scalar = string | number | boolean;

const ESCAPES: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/** A string of ES|QL. */
export function esqlText(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll(/[\\"]/g, String.raw`\$&`)
    .replaceAll(/[\n\r\t]/g, (character) => ESCAPES[character] ?? '');
  return `"${escaped}"`;
}

const valueOf = (value: Scalar): string => (typeof value === 'string' ? esqlText(value) : String(value));

/** A text within a pattern of LIKE. */
const literal = (text: string): string => text.replaceAll(/[\\*?]/g, String.raw`\$&`);

/** A comparison of several values at once is null. So the values of an array are searched as one text. */
function anyElement(name: string, values: readonly Scalar[]): string {
  const all = `CONCAT(",", MV_CONCAT(${name}, ","), ",")`;
  return `(${values.map((value) => `${all} LIKE ${esqlText(`*,${literal(String(value))},*`)}`).join(' OR ')})`;
}

function anyOf(field: AttributeKey, name: string, values: readonly Scalar[]): string {
  if (ATTRIBUTES[field].kind === 'strings') return anyElement(name, values);
  const texts = values.map(valueOf);
  return texts.length === 1 ? `${name} == ${texts.join('')}` : `${name} IN (${texts.join(', ')})`;
}

function conditionOf(condition: Condition, profile: SearchProfile): string {
  const { field } = condition;
  const name = profileKey(field, profile);
  if ('is' in condition) return anyOf(field, name, condition.is);
  if ('isNot' in condition) return `(${name} IS NULL OR NOT (${anyOf(field, name, condition.isNot)}))`;
  if ('contains' in condition) return `TO_LOWER(${name}) LIKE ${esqlText(`*${literal(condition.contains)}*`)}`;
  if ('atLeast' in condition) return `${name} >= ${condition.atLeast}`;
  if ('atMost' in condition) return `${name} <= ${condition.atMost}`;
  return `${name} IS ${condition.exists ? 'NOT NULL' : 'NULL'}`;
}

/** The lines of a selection: true for each of them, false or null for others. */
export function esqlCondition(selection: Selection, profile: SearchProfile): string {
  return selection
    .map((group) => {
      const terms = group.map((condition) => conditionOf(condition, profile));
      return terms.length === 1 ? terms.join('') : `(${terms.join(' OR ')})`;
    })
    .join(' AND ');
}

const FUNCTIONS = { sum: 'SUM', mean: 'AVG', min: 'MIN' } as const;

/** The aggregation of a measure; its lines are chosen by a `WHERE` behind it. */
export function esqlAggregation(measure: Measure, profile: SearchProfile): string {
  if (measure.kind === 'count') return 'COUNT(*)';
  const name = profileKey(measure.field, profile);
  return measure.kind === 'quantile'
    ? `PERCENTILE(${name}, ${measure.at * 100})`
    : `${FUNCTIONS[measure.kind]}(${name})`;
}
