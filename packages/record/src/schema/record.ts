import {
  type AttributeKey,
  ATTRIBUTES,
  type ContentKey,
  type KeysOf,
  type ValueOf,
  type ValuesOf,
} from './attributes.ts';
import type { AttributeKind } from './attributes/row.ts';
import type { Message, MessagePart, RetrievedDocument, ToolDefinition } from './messages.ts';

/** Version of the record's schema, written as `spanline.schema`. */
export const SCHEMA_VERSION: ValuesOf<'spanline.schema'> = ATTRIBUTES['spanline.schema'].values[0];

/** A value in a record: a scalar or an array of strings. */
export type RecordValue = string | number | boolean | readonly string[];

/**
 * One line in canonical (`otel`) form: flat, dotted keys, content as JSON strings. Record observers receive it,
 * `parseLine` returns it, and every profile is made from it.
 */
export type SpanRecord = {
  -readonly [Key in AttributeKey]?: ValueOf<(typeof ATTRIBUTES)[Key]['kind']> | undefined;
} & { [key: `labels.${string}`]: string | number | boolean } & {
  [key: `spanline.gauge.${string}`]: number;
} & { [key: `spanline.stats.redacted.${string}`]: number };

/** Content of a span. It is handed over by reference and is neither copied nor serialised before the span ends. */
export interface ContentAttributes extends Partial<Record<ContentKey, unknown>> {
  'spanline.prompt.template'?: string;
  'spanline.prompt.variables'?: Record<string, unknown>;
  'gen_ai.retrieval.query.text'?: string;
  'db.query.text'?: string;
  'spanline.search.query'?: string;
  'gen_ai.system_instructions'?: MessagePart[];
  'gen_ai.input.messages'?: Message[];
  'gen_ai.output.messages'?: Message[];
  'gen_ai.tool.definitions'?: ToolDefinition[];
  'gen_ai.retrieval.documents'?: RetrievedDocument[];
}

/** A fact that `span.set()` takes. */
type FactKey = Exclude<KeysOf<{ settable: true }>, ContentKey>;

type FactValue<Row> = Row extends { values: readonly (infer Value)[] }
  ? Value
  : Row extends { kind: infer Kind extends AttributeKind }
    ? ValueOf<Kind>
    : never;

/** Facts of a span. `undefined` values are ignored; `0` and `false` are written. */
export type FactAttributes = {
  [Key in FactKey]?: FactValue<(typeof ATTRIBUTES)[Key]> | undefined;
};

/** Attributes that `span.set()` takes. Free metadata goes to `span.label()`. */
export type SpanAttributes = FactAttributes & {
  [Key in keyof ContentAttributes]?: ContentAttributes[Key] | undefined;
};
