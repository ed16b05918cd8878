import { convertNewest } from '../values/newest.ts';
import type { RetrievedDocument } from './messages.ts';

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** The first of three values that a test allows. */
function first<T>(test: (value: unknown) => value is T, a: unknown, b: unknown, c: unknown): T | undefined {
  if (test(a)) return a;
  if (test(b)) return b;
  return test(c) ? c : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isScore = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/**
 * Converts a retrieved document of LangChain (`pageContent`, `metadata`, `id`) or LlamaIndex (`node`, `score`), a pair
 * of document and score, or our own shape. An unknown shape gives an empty document, so that counts stay right.
 */
function toDocument(value: unknown): RetrievedDocument {
  if (isText(value)) return { content: value };
  if (Array.isArray(value) && value.length === 2 && isScore(value[1]))
    return { ...toDocument(value[0]), score: value[1] };
  const outer = record(value);
  const source = record(outer?.node) ?? outer;
  if (source === undefined) return {};
  const metadata = record(source.metadata);
  const id = first(isText, source.id, source.id_, metadata?.id);
  const score = first(isScore, outer?.score, metadata?.score, metadata?.relevanceScore);
  const content = first(isText, source.content, source.pageContent, source.text);
  const document: RetrievedDocument = {};
  if (id !== undefined) document.id = id;
  if (score !== undefined) document.score = score;
  if (content !== undefined) document.content = content;
  if (metadata !== undefined && Object.keys(metadata).length > 0) document.metadata = metadata;
  return document;
}

/** A document, or an empty one if it cannot be read. */
function safeDocument(value: unknown): RetrievedDocument {
  try {
    return toDocument(value);
  } catch {
    return {};
  }
}

/**
 * Converts the documents of a retriever or reranker. `undefined` if `value` is not a list. Never throws.
 *
 * @param most - how many of the last documents are converted; the places of the others stay empty. @defaultValue all
 */
export function toDocuments(value: unknown, most: number = Number.POSITIVE_INFINITY): RetrievedDocument[] | undefined {
  try {
    return Array.isArray(value) ? convertNewest(value, most, safeDocument) : undefined;
  } catch {
    return undefined;
  }
}
