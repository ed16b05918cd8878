import type { OtlpTraces } from '@spanline/record';

/** Resource and spans of one service. */
export type OtlpResourceSpans = OtlpTraces['resourceSpans'][number];
type OtlpScopeSpans = OtlpResourceSpans['scopeSpans'][number];
export type OtlpSpan = OtlpScopeSpans['spans'][number];
export type OtlpAttribute = OtlpSpan['attributes'][number];

/** Spans of one scope, encoded. */
interface EncodedScopeSpans {
  readonly scope: Buffer;
  readonly spans: readonly Buffer[];
}

/** Spans of one resource, encoded. */
export interface EncodedResourceSpans {
  readonly resource: Buffer;
  readonly scopeSpans: readonly EncodedScopeSpans[];
}

/** An encoding of `ExportTraceServiceRequest` whose parts are encoded one by one and joined at the end. */
export interface OtlpFormat {
  readonly contentType: string;
  encodeResource(resource: OtlpResourceSpans['resource']): Buffer;
  encodeScope(scope: OtlpScopeSpans['scope']): Buffer;
  encodeSpan(span: OtlpSpan): Uint8Array | string;
  join(resourceSpans: readonly EncodedResourceSpans[]): Buffer;
}
