import type { AttributeKey } from '@spanline/record';

/** Ids that join lines to traces, in every profile. A wildcard in the logger's `redact` does not remove them. */
export const IDS: ReadonlySet<string> = new Set([
  ...(['trace_id', 'span_id', 'parent_span_id', 'event.id'] satisfies AttributeKey[]),
  'trace.id',
  'span.id',
  'parent.id',
]);
