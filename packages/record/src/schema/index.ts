export { FORMS } from './attributes/forms.ts';
export type { AttributeForm, AttributeKind, AttributeRow, PrivacyClass } from './attributes/row.ts';
export {
  ATTRIBUTE_KEYS,
  type AttributeKey,
  attributeKeys,
  attributeRow,
  ATTRIBUTES,
  CONTENT_KEYS,
  type ContentKey,
  isOpenKey,
  MAX_KEY_LENGTH,
  MAX_KEYS,
  OPEN_KEY_PREFIXES,
  REQUIRED,
  REQUIRED_BY_EVENT,
  type ValueOf,
  type ValuesOf,
} from './attributes.ts';
export { FILTER_REASONS, hasFilterReason, hasLimitReason, LIMIT_REASONS } from './finish-reasons.ts';
export { CONTENT_TEXT_FIELD, indexKind, type IndexKind, MAX_TERM_CHARACTERS } from './index-kind.ts';
export { toDocuments } from './documents.ts';
export type { Message, MessagePart, RetrievedDocument, ToolDefinition } from './messages.ts';
export {
  type ContentAttributes,
  type FactAttributes,
  type RecordValue,
  SCHEMA_VERSION,
  type SpanAttributes,
  type SpanRecord,
} from './record.ts';
export {
  type AlertEvent,
  type AlertSeverity,
  type AlertState,
  type ErrorClass,
  SPAN_KINDS,
  SPAN_TYPES,
  type SpanKind,
  type SpanStatus,
  type SpanType,
} from './span.ts';
export {
  BILLED_UNITS,
  type BilledUnit,
  type BilledUnits,
  detailOf,
  isConventionUnit,
  isPartOf,
  UNIT_KEYS,
  type UnitKey,
  unitOfKey,
  UNITS,
} from './units.ts';
export { textMessage, toMessages, toParts } from './to-messages.ts';
export { isValueOf, validate, type ValidationError, type ValidationResult } from './validate.ts';
