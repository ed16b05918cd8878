/** The texts of a map: what was asked, what was answered, what was found. */

import type { Filter, Query, ReadOptions } from '@spanline/query';
import { list, props, type SpanRecord, text } from '@spanline/record';
import type { MapTexts } from '../../contract/index.ts';

/** Texts of a map; of more, the newest are taken. */
const MAX_TEXTS = 10_000;
/** Characters of a text that count. */
const MAX_CHARACTERS = 2000;

/** A text, and the span that has it. */
export interface MapText {
  readonly text: string;
  readonly traceId: string;
  readonly spanId: string;
}

function parse(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}

/** The text parts of a message. */
const partsOf = (message: unknown): string =>
  list(props(message)['parts'])
    .flatMap((part) => (props(part)['type'] === 'text' ? (text(props(part)['content']) ?? []) : []))
    .join('\n');

const READERS: Readonly<Record<MapTexts, (record: SpanRecord) => readonly string[]>> = {
  queries(record) {
    const query = record['gen_ai.retrieval.query.text'];
    if (typeof query === 'string') return [query];
    const messages = record['span.type'] === 'llm' ? list(parse(record['gen_ai.input.messages'])) : [];
    return messages
      .filter((message) => props(message)['role'] === 'user')
      .slice(-1)
      .map(partsOf);
  },
  answers: (record) =>
    record['span.type'] === 'llm' ? list(parse(record['gen_ai.output.messages'])).slice(0, 1).map(partsOf) : [],
  documents: (record) =>
    list(parse(record['gen_ai.retrieval.documents'])).flatMap((document) => text(props(document)['content']) ?? []),
};

/** The newest texts of the spans that pass a filter, and how many older ones there are. */
export async function readTexts(
  query: Query,
  filter: Filter,
  of: MapTexts,
  options: ReadOptions,
): Promise<{ readonly texts: readonly MapText[]; readonly more: number }> {
  const texts: MapText[] = [];
  let more = 0;
  for await (const record of query.spans(filter, options)) {
    const { trace_id: traceId, span_id: spanId } = record;
    if (typeof traceId !== 'string' || typeof spanId !== 'string') continue;
    for (const whole of READERS[of](record)) {
      const cut = whole.slice(0, MAX_CHARACTERS).trim();
      if (cut !== '') texts.push({ text: cut, traceId, spanId });
    }
    if (texts.length > 2 * MAX_TEXTS) more += texts.splice(0, texts.length - MAX_TEXTS).length;
  }
  more += texts.splice(0, Math.max(0, texts.length - MAX_TEXTS)).length;
  return { texts, more };
}
