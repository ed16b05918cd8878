import { client, type v1, type v2 } from '@datadog/datadog-api-client';
import { LogsPipelinesApiRequestFactory } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/LogsPipelinesApi.js';
import { ObjectSerializer as Serializer1 } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/models/ObjectSerializer.js';
import { LogsRestrictionQueriesApiRequestFactory } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/LogsRestrictionQueriesApi.js';
import { ObjectSerializer as Serializer2 } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/models/ObjectSerializer.js';
import { describe, expect, it } from 'vitest';
import { datadogSetup } from '@spanline/ship';

type Fields = Record<string, unknown>;

/** What a model of Datadog's API does not know, with its place. The client marks it, and keeps what is beside it. */
function unknownParts(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { _unparsed: isUnparsed, additionalProperties, ...members } = value as Fields;
  const extra = Object.keys((additionalProperties as object | undefined) ?? {}).map((key) => `${path}.${key}`);
  const inner = Object.entries(members).flatMap(([key, member]) => unknownParts(member, `${path}.${key}`));
  return [...(isUnparsed === true ? [path] : []), ...extra, ...inner];
}

const pipelineOf = (body: unknown): v1.LogsPipeline => Serializer1.deserialize(body, 'LogsPipeline') as v1.LogsPipeline;

const queryOf = (body: unknown): v2.RestrictionQueryCreatePayload =>
  Serializer2.deserialize(body, 'RestrictionQueryCreatePayload') as v2.RestrictionQueryCreatePayload;

describe('datadogSetup(), read by the client of Datadog', () => {
  const { pipeline, restrictionQueries } = datadogSetup();

  it('is a pipeline of its API, with processors that it knows', () => {
    const model = pipelineOf(pipeline.body);
    expect(unknownParts(model)).toEqual([]);
    expect(Serializer1.serialize(model, 'LogsPipeline', '')).toEqual(pipeline.body);
  });

  it('is one that the client would refuse with a processor that there is not', () => {
    const body = { ...pipeline.body, processors: [{ type: 'status-mapper', sources: ['level'] }] };
    expect(unknownParts(pipelineOf(body))).not.toEqual([]);
    expect(() => pipelineOf({ is_enabled: true })).toThrow("missing required property 'name'");
  });

  it.each(Object.entries(restrictionQueries))('is a restriction query of its API: %s', (_name, { body }) => {
    const model = queryOf(body);
    expect(unknownParts(model)).toEqual([]);
    expect(Serializer2.serialize(model, 'RestrictionQueryCreatePayload', '')).toEqual(body);
  });

  it('goes to the addresses that the client asks', async () => {
    const config = client.createConfiguration({ authMethods: { apiKeyAuth: 'a', appKeyAuth: 'b' } });
    config.unstableOperations['v2.createRestrictionQuery'] = true;
    const asked = await Promise.all([
      new LogsPipelinesApiRequestFactory(config).createLogsPipeline(pipelineOf(pipeline.body)),
      new LogsRestrictionQueriesApiRequestFactory(config).createRestrictionQuery(
        queryOf(restrictionQueries.metadata.body),
      ),
    ]);
    expect(asked.map((request) => `${request.getHttpMethod()} ${request.getUrl()}`)).toEqual(
      [pipeline, restrictionQueries.metadata].map(({ method, path }) => `${method} https://api.datadoghq.com/${path}`),
    );
  });
});
