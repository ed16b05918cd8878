import { BoundedMap, type OtlpSpelling, toOtlp } from '@spanline/record';
import type { EncodedLine, SinkEntry, SinkBatch } from '../../contracts/sink.ts';
import type { SourceLine } from '../../contracts/source.ts';
import { parseRecord } from '../line-format.ts';
import type { LinePolicy } from '../line-policy.ts';
import type { EncodedResourceSpans, OtlpFormat, OtlpResourceSpans } from './format.ts';

/** Resource and scope of an entry's span, encoded. Entries of one resource or scope share the key. */
export interface Origin {
  readonly resourceKey: string;
  readonly resource: Buffer;
  readonly scopeKey: string;
  readonly scope: Buffer;
}

/** Encodes lines one by one, and joins them to a request. */
export interface SpanCodec {
  encode(line: SourceLine): EncodedLine<Origin>;
  join(batch: Pick<SinkBatch<Origin>, 'entries'>): Buffer;
}

const MAX_ORIGINS = 200;

/** Encodes resource and scope of the first span, which few lines change. */
function createOrigins(format: OtlpFormat): (resourceSpans: OtlpResourceSpans) => Origin | undefined {
  const origins = new BoundedMap<string, Origin>(MAX_ORIGINS);
  return ({ resource, scopeSpans: [scopeSpans] }) => {
    if (scopeSpans === undefined) return undefined;
    const resourceKey = JSON.stringify(resource);
    const scopeKey = JSON.stringify(scopeSpans.scope);
    const key = `${resourceKey}${scopeKey}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const encoded = { resource: format.encodeResource(resource), scope: format.encodeScope(scopeSpans.scope) };
    const origin = { resourceKey, scopeKey, ...encoded };
    origins.set(key, origin);
    return origin;
  };
}

function createEncoder(
  format: OtlpFormat,
  policy: LinePolicy,
  spelling: OtlpSpelling,
): (line: SourceLine) => EncodedLine<Origin> {
  const originOf = createOrigins(format);
  return (line) => {
    const result = parseRecord(line);
    if (result.kind !== 'record') return result;
    const parsed = policy.apply(result.parsed);
    if (parsed === undefined) return { kind: 'skip' };
    const { kind, record } = parsed;
    if (kind !== 'span' || record['event.name'] !== 'span.end') return { kind: 'skip' };
    const [resourceSpans] = toOtlp([record], spelling).resourceSpans;
    const span = resourceSpans?.scopeSpans[0]?.spans[0];
    const meta = resourceSpans === undefined ? undefined : originOf(resourceSpans);
    if (span === undefined || meta === undefined) {
      return { kind: 'reject', reason: 'the span has no valid ids and start' };
    }
    return { kind: 'entry', parts: [format.encodeSpan(span)], meta };
  };
}

function getOrAdd<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/** Groups encoded spans by resource and scope, in the order of their first spans. */
function toResourceSpans(entries: readonly SinkEntry<Origin>[]): EncodedResourceSpans[] {
  const resources = new Map<string, { resource: Buffer; scopes: Map<string, { scope: Buffer; spans: Buffer[] }> }>();
  for (const { meta, body } of entries) {
    if (meta === undefined) continue;
    const { resourceKey, resource, scopeKey, scope } = meta;
    const { scopes } = getOrAdd(resources, resourceKey, () => ({ resource, scopes: new Map() }));
    getOrAdd(scopes, scopeKey, () => ({ scope, spans: [] })).spans.push(body);
  }
  return [...resources.values()].map(({ resource, scopes }) => ({ resource, scopeSpans: [...scopes.values()] }));
}

/** Creates a codec. Each line is converted once, when it is encoded. */
export function createSpanCodec(
  format: OtlpFormat,
  policy: LinePolicy,
  spelling: OtlpSpelling = 'conventions',
): SpanCodec {
  return {
    encode: createEncoder(format, policy, spelling),
    join: ({ entries }) => format.join(toResourceSpans(entries)),
  };
}
