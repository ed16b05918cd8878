/** Responses of OpenAI: whole, or the events of a stream. */
import { list, props } from '@spanline/record';
import type { Path, Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

/** Fields of items and of their parts. Their texts are complete. */
const ITEM: Fields = {
  text: 'text',
  refusal: 'text',
  arguments: 'json',
  input: 'each',
  transcript: 'text',
  code: 'each',
  outputs: 'each',
  output: 'each',
  results: 'each',
  queries: 'each',
  annotations: 'each',
  action: 'each',
  error: 'each',
  parsed: 'each',
  parsed_arguments: 'each',
  id: 'skip',
  type: 'skip',
  status: 'skip',
  role: 'skip',
  name: 'skip',
  namespace: 'skip',
  phase: 'skip',
  call_id: 'skip',
  server_label: 'skip',
  container_id: 'skip',
  encrypted_content: 'skip',
  content: 'skip',
  summary: 'skip',
  logprobs: 'skip',
  result: 'skip',
};
/** Events with a piece of text in `delta`, and the field that has the whole text at the end. */
const PIECES: Readonly<Record<string, { readonly kind: 'text' | 'json'; readonly whole: string }>> = {
  'response.output_text': { kind: 'text', whole: 'text' },
  'response.refusal': { kind: 'text', whole: 'refusal' },
  'response.reasoning_text': { kind: 'text', whole: 'text' },
  'response.reasoning_summary_text': { kind: 'text', whole: 'text' },
  'response.function_call_arguments': { kind: 'json', whole: 'arguments' },
  'response.mcp_call_arguments': { kind: 'json', whole: 'arguments' },
  'response.custom_tool_call_input': { kind: 'json', whole: 'input' },
  'response.code_interpreter_call_code': { kind: 'text', whole: 'code' },
  'response.audio.transcript': { kind: 'text', whole: 'transcript' },
};

function readItem(item: unknown, path: Path, texts: Texts): void {
  texts.fields(item, path, ITEM);
  for (const key of ['content', 'summary']) {
    for (const [index, part] of list(props(item)[key]).entries()) texts.fields(part, [...path, key, index], ITEM);
  }
}

function channelOf(event: Record<string, unknown>): string {
  const place = event['content_index'] ?? event['summary_index'] ?? '';
  return `${idText(event['item_id'] ?? event['output_index'])}.${idText(place)}.${idText(event['type']).replace(/\.(?:delta|done)$/, '')}`;
}

/** Without the texts of the answer, and without calls of tools. */
function stoppedResponse(response: unknown, text: string): object {
  const { output_text: _, ...rest } = props(response);
  const content = [{ type: 'output_text', text, annotations: [] }];
  const output = [{ id: 'msg_guard', type: 'message', role: 'assistant', status: 'completed', content }];
  return { ...rest, output, ...('output_text' in props(response) ? { output_text: text } : {}) };
}

/** Creates the shape of one answer. */
export function responsesShape(): Shape<unknown> {
  let shown = '';
  return {
    read(chunk): Reading {
      const texts = new Texts();
      const event = props(chunk);
      const { type } = event;
      if (event['object'] === 'response') {
        list(event['output']).forEach((each, index) => readItem(each, ['output', index], texts));
        texts.complete(event['output_text'], ['output_text']);
        return texts;
      }
      const [, name = '', end] = /^(.*)\.(delta|done)$/.exec(idText(type)) ?? [];
      const piece = Object.hasOwn(PIECES, name) ? PIECES[name] : undefined;
      if (piece !== undefined && end === 'delta') {
        texts.piece(event['delta'], ['delta'], channelOf(event), piece.kind);
        return texts;
      }
      if (piece !== undefined) {
        texts.complete(event[piece.whole], [piece.whole], piece.kind);
        return { slots: texts.slots, unmapped: texts.unmapped, ends: [channelOf(event)] };
      }
      const { response, item: given, part, annotation } = event;
      list(props(response)['output']).forEach((each, index) => readItem(each, ['response', 'output', index], texts));
      if (given !== undefined) readItem(given, ['item'], texts);
      if (part !== undefined) texts.fields(part, ['part'], ITEM);
      if (annotation !== undefined) texts.each(annotation, ['annotation']);
      if (typeof event['delta'] === 'string' && !idText(type).startsWith('response.audio.'))
        texts.unknown(event['delta'], ['delta']);
      return texts;
    },
    sent(chunk) {
      const event = props(chunk);
      if (event['type'] === 'response.output_text.delta') shown += idText(event['delta']);
    },
    stopped(chunk, replacement) {
      const event = props(chunk);
      if (event['object'] === 'response') return { chunks: [stoppedResponse(chunk, replacement ?? '')], isShown: true };
      if (event['type'] === 'response.output_text.delta' && replacement !== undefined) {
        shown += replacement;
        return { chunks: [{ ...event, delta: replacement, logprobs: [] }], isShown: true };
      }
      const { response } = event;
      if (response === undefined) return { chunks: [], isShown: false };
      const isEnd = list(props(response)['output']).length > 0;
      if (!isEnd) return { chunks: [chunk], isShown: false };
      const text = shown + (replacement ?? '');
      return { chunks: [{ ...event, response: stoppedResponse(response, text) }], isShown: true };
    },
  };
}
