/** A span of OTLP, as trace documents need it: plain values, and times as text. */
import { type ParsedLine, type SpanRecord, toOtlp } from '@spanline/record';
import type { OtlpAttribute, OtlpSpan } from '../otlp/format.ts';

/** The value of an attribute. */
export type Value = string | number | boolean | string[];

/** Attributes by name. A value has the type that its key has in the schema, as far as the line has it. */
export type Facts = Record<string, Value>;

/** A span's facts. Times are ISO 8601 in nanoseconds, UTC. */
export interface SpanFacts {
  readonly record: SpanRecord;
  readonly span: OtlpSpan;
  readonly start: string;
  readonly end: string;
  readonly durationNanos: number;
  readonly attributes: Facts;
  readonly resource: Facts;
  readonly scope: { readonly name: string; readonly version?: string };
  readonly events: readonly { readonly name: string; readonly time: string; readonly attributes: Facts }[];
}

const NANOS_PER_SECOND = 1_000_000_000n;
const MS_PER_SECOND = 1000;
/** The last moment that a `Date` has. */
const MAX_MS = 8.64e15;

/** Nanoseconds since the epoch, as text. */
function isoNanos(nanos: string): string {
  const since = BigInt(nanos);
  const fraction = ((since % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  const seconds = (since - fraction) / NANOS_PER_SECOND;
  const whole = new Date(Math.min(Number(seconds) * MS_PER_SECOND, MAX_MS)).toISOString();
  return whole.replace(/000Z$/, `${String(fraction).padStart(9, '0')}Z`);
}

function valueOf(value: OtlpAttribute['value']): Value {
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  return value.arrayValue.values.map((entry) => String(valueOf(entry)));
}

const factsOf = (attributes: readonly OtlpAttribute[]): Facts =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

/** Reads an ended span. `undefined` for every other line, and for a span without valid ids and start. */
export function spanFacts({ kind, record }: ParsedLine): SpanFacts | undefined {
  if (kind !== 'span' || record['event.name'] !== 'span.end') return undefined;
  const [resourceSpans] = toOtlp([record]).resourceSpans;
  const [scopeSpans] = resourceSpans?.scopeSpans ?? [];
  const [span] = scopeSpans?.spans ?? [];
  if (resourceSpans === undefined || scopeSpans === undefined || span === undefined) return undefined;
  return {
    record,
    span,
    start: isoNanos(span.startTimeUnixNano),
    end: isoNanos(span.endTimeUnixNano),
    durationNanos: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
    attributes: factsOf(span.attributes),
    resource: factsOf(resourceSpans.resource.attributes),
    scope: scopeSpans.scope,
    events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
      name,
      time: isoNanos(timeUnixNano),
      attributes: factsOf(attributes),
    })),
  };
}
