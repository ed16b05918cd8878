/** The attributes that a span takes. */
import {
  attributeKeys,
  type AttributeKind,
  ATTRIBUTES,
  type ContentKey,
  type FactAttributes,
  type SpanType,
} from '@spanline/record';
import type { Content } from '../api/index.ts';

/**
 * Kinds of the keys that `span.set()` takes. Ids, times, status and roll-ups are the tracer's own and cannot be forged.
 */
const KINDS: ReadonlyMap<string, AttributeKind> = new Map(
  attributeKeys(({ settable }) => settable === true).map((key) => [key, ATTRIBUTES[key].kind]),
);

/** Returns the kind of a key that `span.set()` takes. */
export function settableKind(key: string): AttributeKind | undefined {
  return KINDS.get(key);
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

/** Converts a value to what its kind needs: whole numbers, lists, text. Returns `undefined` if that is impossible. */
export function coerce(kind: AttributeKind, value: unknown): string | number | boolean | readonly string[] | undefined {
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

/** `Array.isArray` throws for a revoked proxy. */
function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** Returns the key of a span's input. */
export function inputKey(type: SpanType, content: Content): ContentKey {
  if (type === 'llm') return 'gen_ai.input.messages';
  if (type === 'tool') return 'gen_ai.tool.call.arguments';
  if (type === 'prompt' && typeof content === 'object') return 'spanline.prompt.variables';
  return type === 'retriever' && typeof content === 'string' ? 'gen_ai.retrieval.query.text' : 'spanline.input';
}

/** Returns the key of a span's output. */
export function outputKey(type: SpanType, content: Content): ContentKey {
  if (type === 'llm') return 'gen_ai.output.messages';
  if (type === 'tool') return 'gen_ai.tool.call.result';
  const documents = (type === 'retriever' || type === 'reranker') && isList(content);
  return documents ? 'gen_ai.retrieval.documents' : 'spanline.output';
}

/** Makes a label key of `[A-Za-z0-9_]`. A dot would be a path in Elasticsearch. */
export function labelKey(key: string): string {
  return key.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 42);
}

/** OpenTelemetry's operation names by span type. */
export const OPERATIONS: Readonly<Partial<Record<SpanType, NonNullable<FactAttributes['gen_ai.operation.name']>>>> = {
  llm: 'chat',
  embedding: 'embeddings',
  retriever: 'retrieval',
  tool: 'execute_tool',
  agent: 'invoke_agent',
};
