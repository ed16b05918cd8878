import { ObjectSerializer } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/models/ObjectSerializer.js';
import { describe, expect, it } from 'vitest';
import { datadogDashboard, PANELS } from '@spanline/dashboards';
import { jsonSchema } from '@spanline/record';

/** Parts that a model of Datadog's API does not know, with their places. */
function unknownParts(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { _unparsed: isUnparsed, additionalProperties, ...members } = value as Record<string, unknown>;
  const extra = Object.keys((additionalProperties as object | undefined) ?? {}).map((key) => `${path}.${key}`);
  const inner = Object.entries(members).flatMap(([key, member]) => unknownParts(member, `${path}.${key}`));
  return [...(isUnparsed === true ? [path] : []), ...extra, ...inner];
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A path of a schema whose objects may be nested, or have dots in their names. */
function has({ properties = {} }: Schema, path: string): boolean {
  if (Object.hasOwn(properties, path)) return true;
  return Object.entries(properties).some(
    ([name, inner]) => path.startsWith(`${name}.`) && has(inner, path.slice(name.length + 1)),
  );
}

describe('datadogDashboard()', () => {
  const dashboard = datadogDashboard({ filter: 'service:rag-api' }).body;

  it('is a dashboard that the client of Datadog knows whole', () => {
    const model: unknown = ObjectSerializer.deserialize(dashboard, 'Dashboard', '');
    expect(unknownParts(model)).toEqual([]);
    expect((dashboard['widgets'] as unknown[]).length).toBe(PANELS.length + 1);
  });

  it('is one that the client would refuse with an aggregation that there is not', () => {
    const odd: unknown = JSON.parse(JSON.stringify(dashboard).replace('pc95', 'p95'));
    expect(unknownParts(ObjectSerializer.deserialize(odd, 'Dashboard', ''))).not.toEqual([]);
  });

  it('names fields of the profile only, and narrows every query', () => {
    const text = JSON.stringify(dashboard);
    const fields = [...text.matchAll(/@([A-Za-z_][\w.]*)/g)].map(([, field]) => field ?? '');
    expect(fields.length).toBeGreaterThan(50);
    expect([...new Set(fields)].filter((field) => !has(jsonSchema('datadog') as Schema, field))).toEqual([]);
    const queries = [...text.matchAll(/"search":\{"query":"(.*?)"\}/g)].map(([, query]) => query ?? '');
    expect(queries.filter((query) => !query.startsWith('service:rag-api '))).toEqual([]);
  });
});
