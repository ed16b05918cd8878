import { describe, expect, it } from 'vitest';
import { jsonSchema } from '@spanline/core';
import { queriesOf } from '../support/query-blocks.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Dotted names of every leaf. */
function leaves(schema: Schema, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
    inner.properties === undefined ? [`${prefix}${key}`] : leaves(inner, `${prefix}${key}.`),
  );
}

const PROFILE_OF = { kql: 'ecs', esql: 'ecs', dsl: 'ecs', datadog: 'datadog', cloudwatch: 'otel' } as const;
type Language = keyof typeof PROFILE_OF;

/** Words of a query's language, and names that the query itself gives. */
const OWN_WORDS: ReadonlySet<string> = new Set(
  'filter fields sort stats by as asc desc limit not and or ispresent count sum max pct of over p50 p95 p99 n usd input output cached ratio worst_ms thumbs error llm'.split(
    ' ',
  ),
);

/** What stands in quotes, and what Datadog and KQL compare with, is a value. */
function withoutValues(block: string): string {
  return block.replaceAll(/"[^"]*"/g, '').replaceAll(/(@[\w.]+):[^\s]+/g, '$1');
}

/** Fields of a search: values of `field`, columns, and names in clauses that have a field as their name. */
function dslFields(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (name === 'field' && typeof inner === 'string') return [inner];
    if (name === '_source') return (inner as string[]).filter((column) => !column.includes('*'));
    if (name === 'sort') return (inner as object[]).flatMap((key) => Object.keys(key));
    const isClause = name === 'term' || name === 'range';
    return [...(isClause ? Object.keys(inner as object) : []), ...dslFields(inner)];
  });
}

function fieldsOf(language: Language, block: string): string[] {
  const text = withoutValues(block);
  if (language === 'dsl') return dslFields(JSON.parse(block));
  if (language === 'datadog') return [...text.matchAll(/@([\w.]+)/g)].map(([, name = '']) => name);
  const words = text.match(/(?<!\w)@?[a-z_]\w*(?:\.\w+)*/g) ?? [];
  const named = words.filter((word) => word.includes('.') || word.includes('_') || word.startsWith('@'));
  return named.filter((word) => !OWN_WORDS.has(word));
}

describe.each(Object.keys(PROFILE_OF) as Language[])('queries in %s', (language) => {
  const known = new Set(leaves(jsonSchema(PROFILE_OF[language]) as Schema));
  const blocks = queriesOf(language);

  it('are ten', () => {
    expect(blocks).toHaveLength(10);
  });

  it.each(blocks)('name only fields that exist: %s', (_, block) => {
    const fields = fieldsOf(language, block);
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !known.has(field))).toEqual([]);
  });
});
