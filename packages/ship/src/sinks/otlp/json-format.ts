import type { OtlpFormat } from './format.ts';

const comma = Buffer.from(',');

function joinList(parts: readonly (readonly Buffer[])[]): Buffer[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [comma, ...part]));
}

/** OTLP/JSON. */
export const jsonFormat: OtlpFormat = {
  contentType: 'application/json',
  encodeResource: (resource) => Buffer.from(JSON.stringify(resource)),
  encodeScope: (scope) => Buffer.from(JSON.stringify(scope)),
  encodeSpan: (span) => JSON.stringify(span),
  join(resourceSpans) {
    const list = resourceSpans.map(({ resource, scopeSpans }) => [
      Buffer.from('{"resource":'),
      resource,
      Buffer.from(',"scopeSpans":['),
      ...joinList(
        scopeSpans.map(({ scope, spans }) => [
          Buffer.from('{"scope":'),
          scope,
          Buffer.from(',"spans":['),
          ...joinList(spans.map((span) => [span])),
          Buffer.from(']}'),
        ]),
      ),
      Buffer.from(']}'),
    ]);
    return Buffer.concat([Buffer.from('{"resourceSpans":['), ...joinList(list), Buffer.from(']}')]);
  },
};
