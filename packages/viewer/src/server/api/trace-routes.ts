/** Answers about one trace, one span, and two traces. */

import type { CopyAnswer } from '../../contract/index.ts';
import { toChainAnswer } from '../answers/chain.ts';
import { toDiffAnswer } from '../answers/compare.ts';
import { COPIES, copySpan } from '../answers/copies.ts';
import type { LongTexts } from '../answers/long-text.ts';
import { toTraceAnswer } from '../answers/trace.ts';
import { toTranscriptAnswer } from '../answers/transcript.ts';
import { type Answer, MAX_WINDOW, NOT_FOUND, oneOf, type Routes, whole } from './call.ts';

/** Tokens of a copy. */
const MAX_TOKENS = 1_000_000;

const traceAnswer: Answer = async ({ store, parts: [id = ''] }) => {
  const trace = await store.trace(id);
  return trace === undefined ? NOT_FOUND : toTraceAnswer(trace);
};

const spanAnswer: Answer = async ({ store, parts: [id = '', span = ''] }) =>
  (await store.span(id, span))?.answer ?? NOT_FOUND;

/** A piece of one of some texts. */
function pieceOf(texts: LongTexts | undefined, n: string, parameters: URLSearchParams): unknown {
  const from = whole(parameters, 'from', 0, Number.MAX_SAFE_INTEGER);
  return texts?.piece(/^\d{1,6}$/.test(n) ? Number(n) : -1, from) ?? NOT_FOUND;
}

const textAnswer: Answer = async ({ store, parameters, parts: [id = '', span = '', n = ''] }) =>
  pieceOf((await store.span(id, span))?.texts, n, parameters);

const transcriptAnswer: Answer = async ({ store, parameters, parts: [id = ''] }) => {
  const offset = whole(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const limit = whole(parameters, 'limit', 100, MAX_WINDOW);
  const transcript = await store.transcript(id);
  return transcript === undefined ? NOT_FOUND : toTranscriptAnswer(transcript, offset, limit);
};

const transcriptTextAnswer: Answer = async ({ store, parameters, parts: [id = '', n = ''] }) =>
  pieceOf((await store.transcript(id))?.texts, n, parameters);

const chainAnswer: Answer = async ({ store, parameters, parts: [id = ''] }) => {
  const offset = whole(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const limit = whole(parameters, 'limit', 50, MAX_WINDOW);
  const other = parameters.get('with') ?? '';
  const trace = await store.trace(id);
  const second = other === '' ? undefined : await store.trace(other);
  if (trace === undefined || (other !== '' && second === undefined)) return NOT_FOUND;
  const differences = second === undefined ? undefined : await store.divergences(trace, second);
  return toChainAnswer(await store.chain(trace), { differences, offset, limit });
};

const diffAnswer: Answer = async ({ store, parts: [one = '', other = ''] }) => {
  const [before, after] = [await store.trace(one), await store.trace(other)];
  return before === undefined || after === undefined ? NOT_FOUND : toDiffAnswer(before, after);
};

const copyAnswer: Answer = async ({ store, parameters, parts: [id = '', span = ''] }) => {
  const details = await store.span(id, span);
  const kind = oneOf(parameters, 'as', COPIES);
  const copy = details && copySpan(kind, details.copied, whole(parameters, 'tokens', 4000, MAX_TOKENS));
  return copy === undefined ? NOT_FOUND : ({ text: copy } satisfies CopyAnswer);
};

export const TRACE_ROUTES: Routes = [
  ['trace/*', traceAnswer],
  ['trace/*/chain', chainAnswer],
  ['trace/*/messages', transcriptAnswer],
  ['trace/*/messages/text/*', transcriptTextAnswer],
  ['trace/*/span/*', spanAnswer],
  ['trace/*/span/*/text/*', textAnswer],
  ['trace/*/span/*/copy', copyAnswer],
  ['diff/*/*', diffAnswer],
];
