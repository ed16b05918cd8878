/** Conditions in Lucene's query syntax, as `query_string` and Grafana take it. */
import { profileKey } from '@spanline/record';
import type { Condition, Selection } from '@spanline/record/metrics';
import type { SearchProfile } from './condition.ts';

type Scalar = string | number | boolean;

const valueOf = (value: Scalar): string =>
  typeof value === 'string' && !/^\w+$/.test(value) ? JSON.stringify(value) : String(value);

function anyOf(name: string, values: readonly Scalar[]): string {
  const texts = values.map(valueOf);
  return texts.length === 1 ? `${name}:${texts.join('')}` : `${name}:(${texts.join(' OR ')})`;
}

/** A pattern for a part of a term, in any case. */
function containing(text: string): string {
  const letters = Array.from(text, (one) => {
    const [lower, upper] = [one.toLowerCase(), one.toUpperCase()];
    return lower === upper ? one.replaceAll(/\W/gu, String.raw`\$&`) : `[${lower}${upper}]`;
  });
  return `/.*${letters.join('')}.*/`;
}

/** A query of excluded terms alone finds nothing, so that it begins with every document. */
const not = (query: string): string => `(*:* AND NOT ${query})`;

function termOf(condition: Condition, profile: SearchProfile): string {
  const name = profileKey(condition.field, profile);
  if ('is' in condition) return anyOf(name, condition.is);
  if ('isNot' in condition) return not(anyOf(name, condition.isNot));
  if ('contains' in condition) return `${name}:${containing(condition.contains)}`;
  if ('atLeast' in condition) return `${name}:>=${condition.atLeast}`;
  if ('atMost' in condition) return `${name}:<=${condition.atMost}`;
  return condition.exists ? `_exists_:${name}` : not(`_exists_:${name}`);
}

/** The query of a selection. */
export function luceneQuery(selection: Selection, profile: SearchProfile): string {
  return selection
    .map((group) => {
      const terms = group.map((condition) => termOf(condition, profile));
      return terms.length === 1 ? terms.join('') : `(${terms.join(' OR ')})`;
    })
    .join(' AND ');
}
