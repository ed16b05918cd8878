/**
 * Brings raw content into the shapes of the record, and derives the fields that remain when the content is not written.
 */
import { type SpanRecord, toDocuments, toMessages } from '@spanline/record';
import type { RawContent, SpanState } from '../trace/index.ts';
import { answerText, repeatRatio } from './repetition.ts';

/** Ids of at most this many documents are written as the sources of a trace. */
const MAX_SOURCES = 100;

/** Converts a model's input and output to messages, and measures how much the answer repeats itself. */
function shapeMessages(content: RawContent, record: SpanRecord): RawContent {
  const { 'gen_ai.input.messages': input, 'gen_ai.output.messages': output } = content;
  const shaped = { ...content };
  if (input !== undefined) shaped['gen_ai.input.messages'] = toMessages(input, 'user');
  if (output !== undefined) {
    const answer = toMessages(output, 'assistant');
    shaped['gen_ai.output.messages'] = answer;
    record['spanline.llm.repeat_ratio'] ??= repeatRatio(answerText(answer));
  }
  return shaped;
}

/** Shapes the content of a span and writes what it derives from it to the record and the local root. */
export function shapeContent({ type, localRoot }: SpanState, content: RawContent, record: SpanRecord): RawContent {
  const shaped = type === 'llm' ? shapeMessages(content, record) : content;
  const retrieved = content['gen_ai.retrieval.documents'];
  const documents = retrieved === undefined ? undefined : toDocuments(retrieved);
  if (documents === undefined) return shaped;
  record['spanline.retrieval.count'] ??= documents.length;
  record['spanline.retrieval.empty'] ??= documents.length === 0;
  const scores = documents.flatMap((document) => document.score ?? []);
  if (scores.length > 0) {
    record['spanline.retrieval.score_min'] ??= Math.min(...scores);
    record['spanline.retrieval.score_max'] ??= Math.max(...scores);
  }
  for (const { id } of documents) {
    const ids = (localRoot.documentIds ??= new Set());
    if (id !== undefined && ids.size < MAX_SOURCES) ids.add(id);
  }
  return { ...shaped, 'gen_ai.retrieval.documents': documents };
}
