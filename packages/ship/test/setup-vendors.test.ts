import { describe, expect, it } from 'vitest';
import { jsonSchema, type SpanRecord, toDatadog } from '@spanline/core';
import { CONTENT_KEYS } from '@spanline/record';
import { cloudwatchSetup, datadogSetup } from '@spanline/ship';

interface Processor {
  type: string;
  sources: string[];
  target?: string;
}

const leavesOf = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`))
    : [path];

describe('datadogSetup()', () => {
  const { pipeline, facets, measures, restrictionQueries } = datadogSetup();
  const processors = pipeline.body?.['processors'] as Processor[];

  it('makes the same documents as ever', () => {
    expect({ pipeline, restrictionQueries }).toMatchSnapshot();
  });

  it('maps fields to where the datadog profile puts them', () => {
    const remapped = processors.filter(({ type }) => type === 'attribute-remapper');
    expect(remapped.map(({ sources }) => sources[0])).toContain('http.request.method');
    for (const { sources, target } of remapped) {
      expect(leavesOf(toDatadog({ [sources[0] as string]: 1 } as SpanRecord))).toContain(target);
    }
  });

  it('reads what Datadog reserves with the processors made for it, and stays within twenty of them', () => {
    const types = processors.map(({ type }) => type).filter((type) => type !== 'attribute-remapper');
    const reserved = ['date-remapper', 'status-remapper', 'service-remapper', 'message-remapper', 'trace-id-remapper'];
    expect(types).toEqual(reserved);
    expect(processors.length).toBeLessThanOrEqual(20);
  });

  it('lists a measure for each number of the schema, and no content as a facet', () => {
    const { properties } = jsonSchema() as { properties: Record<string, { type: unknown }> };
    const numbers = Object.values(properties).filter(({ type }) => type === 'integer' || type === 'number');
    expect(measures).toHaveLength(numbers.length);
    expect(measures).toContainEqual({ path: '@spanline.cost.usd', type: 'double' });
    const paths = facets.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['@gen_ai.request.model', '@error.kind', '@usr.id', '@span.name']));
    const content = CONTENT_KEYS.map((key) => `@${key}`);
    expect(paths.filter((path) => content.includes(path))).toEqual([]);
  });
});

describe('cloudwatchSetup()', () => {
  const options = { logGroup: '/rag-api/llm', file: '/var/log/app/*.log' };

  it('makes the same documents as ever', () => {
    expect(cloudwatchSetup(options)).toMatchSnapshot();
  });

  it('names only fields that lines have', () => {
    const { properties } = jsonSchema() as { properties: object };
    const text = JSON.stringify(cloudwatchSetup(options).metricFilters);
    const named = [...text.matchAll(/\$\.\['([^']+)'\]/g)].map(([, key]) => key as string);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((key) => !(key in properties))).toEqual([]);
  });

  it.each([
    ['logGroup', { logGroup: 'a b' }],
    ['file', { file: '' }],
    ['retentionDays', { retentionDays: 31 }],
    ['region', { region: 'eu-west-1' }],
  ])('says that %s is wrong', (option, wrong) => {
    expect(() => cloudwatchSetup({ ...options, ...wrong })).toThrow(`setup.${option}`);
  });
});
