/** Where the input of a step came from: earlier steps whose output it has. */

import { isPlainObject } from '@spanline/record';
import { endMs, startMs } from '../../records/index.ts';
import type { Chain, ChainStep } from './chain.ts';

/** An earlier step whose output is in the input of another. */
export interface InputSource {
  readonly from: ChainStep;
  /** Pieces of its output (texts, documents, results) that the input has. */
  readonly pieces: number;
  /** All of its pieces. */
  readonly of: number;
}

/** Shorter texts are in any input by chance. */
const MIN_TEXT = 6;
const MAX_PIECES = 500;
const MAX_DEPTH = 20;
const MAX_INPUT = 2_000_000;

/** Fields that say what an object is, and nothing of what it holds. */
const LABELS: ReadonlySet<string> = new Set(['role', 'type', 'finish_reason']);

function textsOf(value: unknown, found: Set<string>, depth = 0): Set<string> {
  if (found.size >= MAX_PIECES || depth > MAX_DEPTH) return found;
  if (typeof value === 'string') {
    const text = value.trim();
    if (text.length >= MIN_TEXT) found.add(text);
  } else if (Array.isArray(value)) for (const entry of value) textsOf(entry, found, depth + 1);
  else if (isPlainObject(value))
    for (const [key, entry] of Object.entries(value)) if (!LABELS.has(key)) textsOf(entry, found, depth + 1);
  return found;
}

/** Pieces of an output: a document is one piece, by its content or else its id. */
function piecesOf({ gave }: ChainStep): Set<string>[] {
  const list: readonly unknown[] = Array.isArray(gave) ? gave : gave === undefined ? [] : [gave];
  return list.slice(0, MAX_PIECES).flatMap((entry) => {
    const texts = textsOf(isPlainObject(entry) ? (entry['content'] ?? entry['id'] ?? entry) : entry, new Set());
    return texts.size === 0 ? [] : [texts];
  });
}

/** A reranker's line has the number of its documents only: they are those of the last search with this number. */
function documentsSource(before: readonly ChainStep[], { record }: ChainStep): InputSource[] {
  const count = record['spanline.rerank.input_count'];
  const from = before.findLast((step) => step.record['spanline.retrieval.count'] === count);
  return count === undefined || from === undefined ? [] : [{ from, pieces: count, of: count }];
}

/** Finds the earlier steps whose output is in the input of a step, in their order. */
export function sourcesOf({ steps }: Chain, step: ChainStep): InputSource[] {
  const start = startMs(step.record);
  const before = steps.filter(
    (one) => one !== step && start !== undefined && (endMs(one.record) ?? Number.POSITIVE_INFINITY) <= start,
  );
  if (step.record['span.type'] === 'reranker') return documentsSource(before, step);
  const input = [...textsOf(step.got, new Set())].join('\n').slice(0, MAX_INPUT);
  return before.flatMap((from) => {
    const pieces = piecesOf(from);
    const found = pieces.filter((texts) => [...texts].every((text) => input.includes(text))).length;
    return found === 0 ? [] : [{ from, pieces: found, of: pieces.length }];
  });
}
