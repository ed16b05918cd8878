/**
 * How a key's value looks in a record:
 *
 * - `string`, `int`, `double`, `boolean`, `strings` (array of strings): facts, kept in every capture mode
 * - `text`: a string from a prompt, a document or a user, governed by the capture mode
 * - `json`: structured content, governed by the capture mode. It is a JSON string in the profiles `otel` and `datadog`,
 *   structured in `ecs`.
 */
export type AttributeKind = 'string' | 'int' | 'double' | 'boolean' | 'strings' | 'text' | 'json';

/**
 * Treatment of a key's text by capture:
 *
 * - `own`: the tracer makes it (ids, times, enumerations). Capture does not read it.
 * - `protected`: ids, numbers, enumerations, and names of models, software and the operator's machines. Written as it
 *   is, up to a length.
 * - `personal`: it may hold something that a person typed. Redacted in the modes `redacted`, `hashed` and `metadata`.
 * - `content`: prompts, documents, answers. The capture mode decides whether it is written at all.
 */
export type PrivacyClass = 'own' | 'protected' | 'personal' | 'content';

/** Named forms of strings; `forms.ts` has their patterns. */
export type AttributeForm = 'iso_millis' | 'iso_micros' | 'word' | 'event_id' | 'trace_id' | 'span_id' | 'trace_flags';

/** Everything that is known about one key of the record. */
export interface AttributeRow {
  readonly kind: AttributeKind;
  readonly privacy: PrivacyClass;
  /** `span.set()` takes it. Every other key is the tracer's own and cannot be forged. */
  readonly settable?: true;
  /** Present on every line, or on the lines of these events. */
  readonly required?: 'line' | readonly string[];
  /** Every allowed value. */
  readonly values?: readonly string[];
  readonly form?: AttributeForm;
  readonly minimum?: number;
  /** Longest text, in UTF-8 bytes. @defaultValue 1024 for facts; the field limit for content */
  readonly maxBytes?: number;
  /** Prose: indexed word by word, not as one term. */
  readonly prose?: true;
  /** Where OTLP puts it: on the resource, or in a field of the span. @defaultValue a span attribute */
  readonly otlp?: 'resource' | 'field';
  /** Name in the profile `ecs`. @defaultValue the key */
  readonly ecs?: string;
  /** Name in the profile `datadog`. @defaultValue the key */
  readonly datadog?: string;
  /** Content: whether it went into the step or came out of it. */
  readonly side?: 'input' | 'output';
  /** Content: what its JSON holds. `any` may hold messages somewhere inside. */
  readonly shape?: 'messages' | 'documents' | 'any';
  /** Content: its turn when a line is too long. 1 is shortened first. */
  readonly shrink?: number;
  /** One sentence for `docs/span-schema.md` and the JSON Schema. */
  readonly docs: string;
}

/** Rows of the attribute table, by key. One row is one line: the formatter leaves this folder alone. */
export type AttributeRows = Readonly<Record<string, AttributeRow>>;
