import type { EncodedResourceSpans, OtlpFormat } from './format.ts';

function joinResource({ resource, scopeSpans }: EncodedResourceSpans): string {
  const scopes = scopeSpans.map(({ scope, spans }) => `{"scope":${scope.toString()},"spans":[${spans.join(',')}]}`);
  return `{"resource":${resource.toString()},"scopeSpans":[${scopes.join(',')}]}`;
}

/** OTLP/JSON. */
export const jsonFormat: OtlpFormat = {
  contentType: 'application/json',
  encodeResource: (resource) => Buffer.from(JSON.stringify(resource)),
  encodeScope: (scope) => Buffer.from(JSON.stringify(scope)),
  encodeSpan: (span) => JSON.stringify(span),
  join: (resourceSpans) => Buffer.from(`{"resourceSpans":[${resourceSpans.map(joinResource).join(',')}]}`),
};
