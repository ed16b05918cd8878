/** Responses of OpenAI: whole, or the events of a stream. */
import { list, props } from '@spanline/record';
import type { Path, Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';
import { ResponseItems } from './response-items.ts';

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
/** Fields of an event whose texts are read elsewhere, or are no text. */
const EVENT: Fields = {
  type: 'skip',
  sequence_number: 'skip',
  output_index: 'skip',
  content_index: 'skip',
  summary_index: 'skip',
  item_id: 'skip',
  obfuscation: 'skip',
  logprobs: 'skip',
  partial_image_b64: 'skip',
  agent: 'skip',
  code: 'skip',
  param: 'skip',
  message: 'each',
  annotation: 'each',
  response: 'skip',
  item: 'skip',
  part: 'skip',
};
/** Fields of a response that are the application's own, or no text. */
const FRAME: Fields = {
  output: 'skip',
  output_text: 'skip',
  output_parsed: 'skip',
  instructions: 'skip',
  tools: 'skip',
  prompt: 'skip',
  text: 'skip',
  metadata: 'skip',
  user: 'skip',
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

/** Items with arguments. */
const CALLS: Readonly<Record<string, string>> = {
  function_call: 'response.function_call_arguments',
  mcp_call: 'response.mcp_call_arguments',
  custom_tool_call: 'response.custom_tool_call_input',
};

function readItem(item: unknown, path: Path, texts: Texts): void {
  texts.fields(item, path, ITEM);
  for (const key of ['content', 'summary']) {
    const given = props(item)[key];
    texts.complete(given, [...path, key]);
    for (const [index, part] of list(given).entries()) texts.fields(part, [...path, key, index], ITEM);
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
  const items = new ResponseItems();
  return {
    read(chunk): Reading {
      const texts = new Texts();
      const event = props(chunk);
      const { type } = event;
      if (event['object'] === 'response') {
        list(event['output']).forEach((each, index) => readItem(each, ['output', index], texts));
        texts.complete(event['output_text'], ['output_text']);
        texts.frame(event, [], FRAME);
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
      const { response, item: given, part } = event;
      list(props(response)['output']).forEach((each, index) => readItem(each, ['response', 'output', index], texts));
      texts.frame(response, ['response'], FRAME);
      if (given !== undefined) readItem(given, ['item'], texts);
      const call = CALLS[idText(props(given)['type'])];
      // The name of a tool waits for its arguments.
      if (call !== undefined && idText(type).endsWith('.added'))
        texts.piece('', ['item', 'type'], `${idText(props(given)['id'] ?? event['output_index'])}..${call}`, 'json');
      if (part !== undefined) readItem(part, ['part'], texts);
      if (!idText(type).startsWith('response.audio.')) texts.fields(event, [], EVENT);
      return texts;
    },
    sent: (chunk) => items.sent(props(chunk)),
    stopped(chunk, replacement) {
      const event = props(chunk);
      if (event['object'] === 'response') return { chunks: [stoppedResponse(chunk, replacement ?? '')], isShown: true };
      const { response } = event;
      const isStart = event['type'] === 'response.created' || event['type'] === 'response.in_progress';
      const shown = replacement === undefined || isStart ? [] : items.show(replacement);
      const isShown = shown.length > 0;
      if (response === undefined || response === null) return { chunks: shown, isShown };
      if (isStart) return { chunks: [chunk], isShown };
      const { output_text: _, ...rest } = props(response);
      const ends = items.close();
      const frame = { ...event, response: { ...rest, output: items.output() } };
      return { chunks: [...shown, ...ends, frame], isShown };
    },
  };
}
