import { describe, expect, it } from 'vitest';
import { jsonSchema, SpanlineError } from '@spanline/core';
import { ATTRIBUTES, attributeKeys, CONTENT_KEYS } from '@spanline/record';
import { elasticsearchSetup, type ElasticsearchSetupOptions, type SetupRequest } from '@spanline/ship';

type Properties = Record<string, { type: string; ignore_above?: number; fields?: unknown; analyzer?: string }>;

const FLAVOURS = ['elasticsearch', 'opensearch'] as const;
const PROFILES = ['ecs', 'otel'] as const;
const EVERY = FLAVOURS.flatMap((flavour) => PROFILES.map((profile) => ({ flavour, profile })));

function bodyOf(requests: readonly SetupRequest[], path: string): Record<string, unknown> {
  return requests.find((request) => request.path.startsWith(path))?.body ?? {};
}

function propertiesOf(options: ElasticsearchSetupOptions): Properties {
  const { template } = bodyOf(elasticsearchSetup(options), '_component_template/') as {
    template: { mappings: { properties: Properties } };
  };
  return template.mappings.properties;
}

const paths = (requests: readonly SetupRequest[]): string[] => requests.map(({ path }) => path);

describe('elasticsearchSetup()', () => {
  it.each(EVERY)('makes the same requests for $flavour and $profile as ever', (options) => {
    const content = { dataStream: 'logs-spanline-content' };
    expect(elasticsearchSetup({ ...options, content, retentionDays: 14, roles: true })).toMatchSnapshot();
  });

  it.each(EVERY)('maps every field of a $profile line for $flavour', (options) => {
    const properties = propertiesOf(options);
    const { properties: known } = jsonSchema(options.profile) as { properties: object };
    expect(Object.keys(known).filter((name) => properties[name] === undefined)).toEqual([]);
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['labels', 'spanline.gauge', 'spanline.stats.redacted']),
    );
  });

  it.each(FLAVOURS)('makes prose and content of %s searchable by word, without a keyword beside it', (flavour) => {
    const text = flavour === 'opensearch' ? 'text' : 'match_only_text';
    const prose = Object.entries(ATTRIBUTES).filter(([, { kind }]) => kind === 'text');
    const otel = propertiesOf({ flavour, profile: 'otel' });
    for (const name of [...CONTENT_KEYS, ...prose.map(([key]) => key), 'message', 'error.message']) {
      expect([name, otel[name]?.type, otel[name]?.fields]).toEqual([name, text, undefined]);
    }
    const ecs = propertiesOf({ flavour });
    expect([ecs['spanline.text']?.type, ecs['gen_ai.evaluation.explanation']?.type]).toEqual([text, text]);
  });

  it('lets no keyword exceed the longest term', () => {
    const keywords = Object.values(propertiesOf({ flavour: 'elasticsearch' })).filter(({ type }) => type === 'keyword');
    expect(keywords.length).toBeGreaterThan(50);
    expect(new Set(keywords.map((keyword) => keyword.ignore_above))).toEqual(new Set([8191]));
  });

  it('installs what the next request refers to first', () => {
    expect(paths(elasticsearchSetup({ flavour: 'elasticsearch' }))).toEqual([
      '_ingest/pipeline/spanline-ecs',
      '_ilm/policy/logs-spanline',
      '_component_template/spanline-ecs',
      '_index_template/logs-spanline',
      '_data_stream/logs-spanline-default',
    ]);
  });

  it('shares one template among the streams of the family, and gives another stream its own', () => {
    const template = (dataStream: string): unknown =>
      bodyOf(elasticsearchSetup({ flavour: 'opensearch', dataStream }), '_index_template/')['index_patterns'];
    expect(template('logs-spanline-prod')).toEqual(['logs-spanline-*']);
    expect(template('llm-traces')).toEqual(['llm-traces']);
  });

  it('prefers the restricted stream to the family that its name belongs to', () => {
    const content = { dataStream: 'logs-spanline-content' };
    const requests = elasticsearchSetup({ flavour: 'elasticsearch', content });
    const priority = (name: string): unknown => bodyOf(requests, `_index_template/${name}`)['priority'];
    expect([priority('logs-spanline'), priority('logs-spanline-content')]).toEqual([500, 501]);
  });

  it('hides content from the metadata role by field, or by stream where content has its own', () => {
    const role = (options: Partial<ElasticsearchSetupOptions>): unknown => {
      const requests = elasticsearchSetup({ flavour: 'elasticsearch', roles: true, ...options });
      return bodyOf(requests, '_security/role/logs-spanline-default-read-metadata')['indices'];
    };
    const hidden = [...CONTENT_KEYS, 'spanline.text', 'spanline.odd', 'gen_ai.input.messages.*'];
    expect(role({})).toEqual([
      {
        names: ['logs-spanline-default'],
        privileges: ['read', 'view_index_metadata'],
        field_security: { grant: ['*'], except: expect.arrayContaining(hidden) as unknown },
      },
    ]);
    expect(role({ content: { dataStream: 'logs-spanline-content' } })).toEqual([
      { names: ['logs-spanline-default'], privileges: ['read', 'view_index_metadata'] },
    ]);
  });

  it('gives a stream of OpenSearch that also holds content no cache of counts, which roles would share', () => {
    const settings = (options: Partial<ElasticsearchSetupOptions>): unknown => {
      const requests = elasticsearchSetup({ flavour: 'opensearch', ...options });
      return (bodyOf(requests, '_index_template/logs-spanline')['template'] as { settings: unknown } | undefined)
        ?.settings;
    };
    expect(settings({})).toEqual({ index: { requests: { cache: { enable: false } } } });
    expect(settings({ content: { dataStream: 'llm-content' } })).toBeUndefined();
  });

  it.each([
    ['opensearch', '_plugins/_ism/policies/', 'otel-v1-apm-span-spanline'],
    ['elasticsearch', '_ilm/policy/', 'traces-spanline.otel-default'],
  ] as const)('sets up the stream of trace documents of %s last', (flavour, policy, stream) => {
    const requests = elasticsearchSetup({ flavour, traces: true });
    expect(paths(requests).slice(-4)).toEqual([
      `${policy}${stream}`,
      '_component_template/spanline-traces',
      `_index_template/${stream}`,
      `_data_stream/${stream}`,
    ]);
    expect(requests.slice(-4)).toMatchSnapshot();
  });

  it('maps every attribute of a span, and its content as text', () => {
    const requests = elasticsearchSetup({ flavour: 'opensearch', traces: true });
    const { template } = bodyOf(requests, '_component_template/spanline-traces') as {
      template: { mappings: { properties: { attributes: { properties: Properties } } } };
    };
    const { properties } = template.mappings.properties.attributes;
    const keys = attributeKeys(({ otlp }) => otlp === undefined);
    expect(keys.filter((key) => properties[key] === undefined)).toEqual([]);
    expect(new Set(CONTENT_KEYS.map((key) => properties[key]?.type))).toEqual(new Set(['text']));
  });

  it('hides the content of trace documents from the metadata role', () => {
    const requests = elasticsearchSetup({ flavour: 'elasticsearch', roles: true, traces: true });
    const { indices } = bodyOf(requests, '_security/role/logs-spanline-default-read-metadata');
    expect(indices).toEqual([
      expect.objectContaining({
        names: ['logs-spanline-default', 'traces-spanline.otel-default'],
        field_security: {
          grant: ['*'],
          except: expect.arrayContaining(['attributes.gen_ai.input.messages', 'gen_ai.input.messages']) as unknown,
        },
      }),
    ]);
  });

  it.each([
    ['flavour', { flavour: 'solr' }],
    ['traces.dataStream', { traces: { dataStream: 'otel-v1-apm-span-rag' } }],
    ['dataStream', { dataStream: '../x' }],
    ['dataStream', { dataStream: 'logs-spanline' }],
    ['retentionDays', { retentionDays: 0.5 }],
    ['profile', { profile: 'datadog' }],
    ['content.dataStream', { content: { dataStream: 'logs-spanline-default' } }],
    ['colour', { colour: 'red' }],
  ])('says that %s is wrong', (option, wrong) => {
    const options = { flavour: 'elasticsearch', ...wrong } as ElasticsearchSetupOptions;
    expect(() => elasticsearchSetup(options)).toThrow(SpanlineError);
    expect(() => elasticsearchSetup(options)).toThrow(`setup.${option}`);
  });
});
