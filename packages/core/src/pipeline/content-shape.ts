/**
 * Brings raw content into the shapes of the record, and derives the fields that remain when the content is not written.
 */
import { type SpanRecord, toDocuments, toMessages } from '@spanline/record';
import { admitText } from '../gate/index.ts';
import type { LocalRoot, RawContent, SpanState } from '../trace/index.ts';
import { answerText, repeatRatio } from './repetition.ts';

/** Ids of at most this many documents are written as the sources of a trace. */
const MAX_SOURCES = 100;
/** Of more documents the first are not read. Their scores are then not known, and not written. */
const MAX_DOCUMENTS = 10_000;

/** Converts a model's input and output to messages, and measures how much the answer repeats itself. */
function shapeMessages(content: RawContent, record: SpanRecord, most: number): void {
  const { 'gen_ai.input.messages': input, 'gen_ai.output.messages': output } = content;
  if (input !== undefined) content['gen_ai.input.messages'] = toMessages(input, 'user', most);
  if (output === undefined) return;
  const answer = toMessages(output, 'assistant', most);
  content['gen_ai.output.messages'] = answer;
  record['spanline.llm.repeat_ratio'] ??= repeatRatio(answerText(answer.length > most ? answer.slice(-most) : answer));
}

function addSource(localRoot: LocalRoot, id: string | undefined): void {
  const ids = (localRoot.documentIds ??= new Set());
  if (id !== undefined && ids.size < MAX_SOURCES) ids.add(admitText(id) ?? '');
}

/** Shapes the documents that a step returned, and writes what they say to the record and the local root. */
function shapeDocuments(localRoot: LocalRoot, content: RawContent, record: SpanRecord, most: number): void {
  const documents = toDocuments(content['gen_ai.retrieval.documents'], Math.max(MAX_DOCUMENTS, most));
  if (documents === undefined) return;
  content['gen_ai.retrieval.documents'] = documents;
  record['spanline.retrieval.count'] ??= documents.length;
  record['spanline.retrieval.empty'] ??= documents.length === 0;
  const scores = documents.flatMap((document) => document.score ?? []);
  if (scores.length > 0 && documents.length <= MAX_DOCUMENTS) {
    record['spanline.retrieval.score_min'] ??= Math.min(...scores);
    record['spanline.retrieval.score_max'] ??= Math.max(...scores);
  }
  documents.forEach(({ id }) => addSource(localRoot, id));
}

/**
 * Shapes the content of a span in place, and writes what it derives from it to the record and the local root.
 *
 * @param content - the span's own object. Its values are the application's, and do not change
 * @param most - how many elements of a list content may have
 */
export function shapeContent(
  { type, localRoot }: SpanState,
  content: RawContent,
  record: SpanRecord,
  most: number,
): void {
  if (type === 'llm') shapeMessages(content, record, most);
  if (content['gen_ai.retrieval.documents'] !== undefined) shapeDocuments(localRoot, content, record, most);
}
