import type { ATTRIBUTES, CONTENT_KEYS, FACT_KEYS, ValueOf } from './attributes.ts';
import type { Message, MessagePart, RetrievedDocument, ToolDefinition } from './messages.ts';

/** Version of the record's schema, written as `spanline.schema`. */
export const SCHEMA_VERSION = '1.0';

/** A value in a record: a scalar or an array of strings. */
export type RecordValue = string | number | boolean | readonly string[];

/**
 * One line in canonical (`otel`) form: flat, dotted keys, content as JSON strings. What record observers get, what
 * `parseLine` gives back and what every profile is made from.
 */
export type SpanRecord = {
  -readonly [Key in keyof typeof ATTRIBUTES]?: ValueOf<(typeof ATTRIBUTES)[Key]> | undefined;
} & { [key: `labels.${string}`]: string | number | boolean } & {
  [key: `spanline.gauge.${string}`]: number;
} & { [key: `spanline.stats.redacted.${string}`]: number };

/** Content of a span, handed over by reference; it is neither copied nor serialised before the span ends. */
export interface ContentAttributes {
  'spanline.prompt.template'?: string;
  'spanline.prompt.variables'?: Record<string, unknown>;
  'gen_ai.retrieval.query.text'?: string;
  'db.query.text'?: string;
  'spanline.search.query'?: string;
  'gen_ai.system_instructions'?: MessagePart[];
  'gen_ai.input.messages'?: Message[];
  'gen_ai.output.messages'?: Message[];
  'gen_ai.tool.definitions'?: ToolDefinition[];
  'gen_ai.tool.call.arguments'?: unknown;
  'gen_ai.tool.call.result'?: unknown;
  'gen_ai.retrieval.documents'?: RetrievedDocument[];
  'spanline.input'?: unknown;
  'spanline.output'?: unknown;
}

/** Facts of a span. `undefined` values are ignored; `0` and `false` are written. */
export type FactAttributes = {
  [Key in keyof typeof FACT_KEYS]?: ValueOf<(typeof FACT_KEYS)[Key]> | undefined;
};

/** Explicit usage source and cost: what the application knows better than the price table. */
export interface CostAttributes {
  /** Cost of this call in US dollars; wins over the price table. */
  'spanline.cost.usd'?: number;
  /** `estimated` when the tokens were counted locally and not reported by the provider. */
  'spanline.usage.source'?: 'provider' | 'estimated';
  /** What was wrong with the provider's numbers. */
  'spanline.usage.issue'?: string;
}

/** What `span.set()` takes: typed keys only; free metadata goes to `span.label()`. */
export type SpanAttributes = FactAttributes &
  CostAttributes & { [Key in keyof ContentAttributes]?: ContentAttributes[Key] | undefined };

/** A content key. */
export type ContentKey = keyof typeof CONTENT_KEYS;
