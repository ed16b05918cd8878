import { ATTRIBUTES, type AttributeKind, OPEN_KEY_PREFIXES } from './attributes.ts';
import { SCHEMA_VERSION } from './record.ts';
import {
  ALERT_EVENTS,
  ALERT_SEVERITIES,
  ALERT_STATES,
  ERROR_CLASSES,
  EVENT_NAMES,
  SPAN_STATUSES,
  SPAN_KINDS,
  SPAN_TYPES,
} from './span.ts';

/** Longest key and most keys of a record. */
export const MAX_KEY_LENGTH = 49;
export const MAX_KEYS = 200;

/** What a value of a key must look like beyond its kind. */
export interface ValueRule {
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  readonly minimum?: number;
}

const CAPTURE_MODES: readonly string[] = ['full', 'redacted', 'hashed', 'metadata'];
const TRACE_ID: ValueRule = { pattern: /^(?!0{32})[0-9a-f]{32}$/ };
const SPAN_ID: ValueRule = { pattern: /^(?!0{16})[0-9a-f]{16}$/ };

/** Rules of single keys. */
export const VALUE_RULES: Readonly<Record<string, ValueRule>> = {
  '@timestamp': { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  'event.start': { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/ },
  level: { pattern: /^[a-z][a-z0-9_]*$/ },
  'event.name': { values: EVENT_NAMES },
  'event.outcome': { values: ['success', 'failure', 'unknown'] },
  'spanline.schema': { values: [SCHEMA_VERSION] },
  'event.id': { pattern: /^[0-9a-z]+-\d+$/ },
  trace_id: TRACE_ID,
  'spanline.link.trace_id': TRACE_ID,
  span_id: SPAN_ID,
  parent_span_id: SPAN_ID,
  trace_flags: { pattern: /^[0-9a-f]{2}$/ },
  'span.type': { values: SPAN_TYPES },
  'span.kind': { values: SPAN_KINDS },
  'span.status': { values: SPAN_STATUSES },
  'event.duration': { minimum: 0 },
  duration_ms: { minimum: 0 },
  'spanline.error.class': { values: ERROR_CLASSES },
  'spanline.usage.source': { values: ['provider', 'estimated'] },
  'spanline.cost.source': { values: ['provider', 'explicit', 'price_table'] },
  'spanline.cost.usd': { minimum: 0 },
  'spanline.capture.mode': { values: CAPTURE_MODES },
  'spanline.evaluation.source': { values: ['user', 'code', 'llm_judge'] },
  'spanline.alert.event': { values: ALERT_EVENTS },
  'spanline.alert.state': { values: ALERT_STATES },
  'spanline.alert.severity': { values: ALERT_SEVERITIES },
};

/** Keys that every line has. */
export const REQUIRED: readonly string[] = [
  '@timestamp',
  'level',
  'message',
  'event.name',
  'event.id',
  'spanline.schema',
];

const SPAN: readonly string[] = [
  'trace_id',
  'span_id',
  'span.name',
  'span.type',
  'span.kind',
  'span.path',
  'event.start',
];

/** Keys that a line of a kind has as well. */
export const REQUIRED_BY_EVENT: Readonly<Record<string, readonly string[]>> = {
  'span.end': [...SPAN, 'span.status', 'event.outcome', 'event.duration', 'duration_ms', 'spanline.capture.mode'],
  'span.start': SPAN,
  'gen_ai.evaluation.result': ['gen_ai.evaluation.name'],
  alert: ['spanline.alert.name', 'spanline.alert.event', 'spanline.alert.state', 'spanline.alert.severity'],
};

/** The kind of a key's values: `scalar` for the open families. */
export function kindOfKey(key: string): AttributeKind | 'scalar' | undefined {
  if (Object.hasOwn(ATTRIBUTES, key)) return (ATTRIBUTES as Readonly<Record<string, AttributeKind>>)[key];
  return OPEN_KEY_PREFIXES.some((prefix) => key.startsWith(prefix) && key.length > prefix.length)
    ? 'scalar'
    : undefined;
}
