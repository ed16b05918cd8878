import type { AttributeForm } from './row.ts';

/** The pattern of each form. */
export const FORMS: Readonly<Record<AttributeForm, RegExp>> = {
  iso_millis: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  iso_micros: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  word: /^[a-z][a-z0-9_]*$/,
  event_id: /^[0-9a-z]+-\d+$/,
  trace_id: /^(?!0{32})[0-9a-f]{32}$/,
  span_id: /^(?!0{16})[0-9a-f]{16}$/,
  trace_flags: /^[0-9a-f]{2}$/,
};
