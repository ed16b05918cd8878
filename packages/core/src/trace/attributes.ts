import {
  attributeKeys,
  type AttributeKind,
  ATTRIBUTES,
  type ContentAttributes,
  type FactAttributes,
  type SpanType,
} from '@spanline/record';
import type { Content } from '../api/index.ts';

/** Kinds of the keys that `span.set()` takes. Ids, times, status and roll-ups are the tracer's own and cannot be forged. */
const KINDS: Readonly<Record<string, AttributeKind | undefined>> = Object.assign(
  Object.create(null),
  Object.fromEntries(attributeKeys(({ settable }) => settable === true).map((key) => [key, ATTRIBUTES[key].kind])),
);

/** The kind of a key that may be set, or `undefined`. */
export function kindOf(key: string): AttributeKind | undefined {
  return KINDS[key];
}

function toNumber(value: unknown, whole: boolean): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return whole ? Math.round(number) : number;
}

function toStrings(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : undefined;
}

/** A fact as its kind wants it; `undefined` when the value cannot be that kind. */
export function toFact(kind: AttributeKind, value: unknown): string | number | boolean | readonly string[] | undefined {
  switch (kind) {
    case 'int':
      return toNumber(value, true);
    case 'double':
      return toNumber(value, false);
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'strings':
      return toStrings(value);
    default:
      return typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'boolean'
          ? String(value)
          : undefined;
  }
}

/** `Array.isArray` throws on a revoked proxy. */
function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The key under which a span's input stands. */
export function inputKey(type: SpanType, content: Content): keyof ContentAttributes {
  if (type === 'llm') return 'gen_ai.input.messages';
  if (type === 'tool') return 'gen_ai.tool.call.arguments';
  if (type === 'prompt' && typeof content === 'object') return 'spanline.prompt.variables';
  return type === 'retriever' && typeof content === 'string' ? 'gen_ai.retrieval.query.text' : 'spanline.input';
}

/** The key under which a span's output stands. */
export function outputKey(type: SpanType, content: Content): keyof ContentAttributes {
  if (type === 'llm') return 'gen_ai.output.messages';
  if (type === 'tool') return 'gen_ai.tool.call.result';
  const documents = (type === 'retriever' || type === 'reranker') && isList(content);
  return documents ? 'gen_ai.retrieval.documents' : 'spanline.output';
}

/** Label keys are `[A-Za-z0-9_]`: a dot would open a path of its own in Elasticsearch. */
export function labelKey(key: string): string {
  return key.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 42);
}

/** The operation that OpenTelemetry names for a type of span. */
export const OPERATIONS: Readonly<Partial<Record<SpanType, NonNullable<FactAttributes['gen_ai.operation.name']>>>> = {
  llm: 'chat',
  embedding: 'embeddings',
  retriever: 'retrieval',
  tool: 'execute_tool',
  agent: 'invoke_agent',
};
