export type { AttributeKey, AttributeKind, ValueOf } from './attributes.ts';
export { ATTRIBUTES, CONTENT_KEYS, FACT_KEYS, OPEN_KEY_PREFIXES } from './attributes.ts';
export { toDocuments } from './documents.ts';
export type { Message, MessagePart, RetrievedDocument, ToolDefinition } from './messages.ts';
export type {
  ContentAttributes,
  ContentKey,
  CostAttributes,
  FactAttributes,
  RecordValue,
  SpanAttributes,
  SpanRecord,
} from './record.ts';
export { SCHEMA_VERSION } from './record.ts';
export type {
  AlertEvent,
  AlertSeverity,
  AlertState,
  ErrorClass,
  EventName,
  SpanKind,
  SpanStatus,
  SpanType,
} from './span.ts';
export { SPAN_KINDS, SPAN_TYPES } from './span.ts';
export { toMessages, toParts } from './to-messages.ts';
export { VALUE_RULES } from './rules.ts';
export { validate, type ValidationError, type ValidationResult } from './validate.ts';
