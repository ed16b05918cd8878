/** A provider that counts other tokens for each answer, and remembers what it served. */

import { chunk, eventStream } from './bedrock.ts';
import { events, json, openWire, type WireReply, type WireRequest } from './server.ts';

/** The bill of one answer. */
export interface Bill {
  readonly model: string;
  readonly input: number;
  readonly output: number;
}

/** The provider, with the bills of its answers. */
export interface CountingProvider {
  readonly url: string;
  readonly bills: Bill[];
  close(): Promise<void>;
}

/** An answer that is to be written in the shape of an API. */
interface Answer extends Bill {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly isStreamed: boolean;
  readonly path: string;
}

const TEXT = '{"city":"Oslo"}';
const asksForTool = ({ body }: Answer): boolean =>
  JSON.stringify(body).includes('weather?') && !/"role":"tool"|function_call_output/.test(JSON.stringify(body));

function chat(answer: Answer): WireReply {
  const { id, model, input, output, isStreamed, body } = answer;
  const head = { id, created: 1, model };
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const call = { id: `call-${id}`, type: 'function', function: { name: 'weather', arguments: TEXT } };
  const message = asksForTool(answer)
    ? { role: 'assistant', content: null, tool_calls: [{ index: 0, ...call }] }
    : { role: 'assistant', content: TEXT };
  const reason = asksForTool(answer) ? 'tool_calls' : 'stop';
  if (!isStreamed) {
    return json({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: reason }], usage });
  }
  const piece = (more: object): object => ({ ...head, object: 'chat.completion.chunk', choices: [], ...more });
  const { include_usage: asked } = (body['stream_options'] ?? {}) as { include_usage?: boolean };
  return events([
    piece({ choices: [{ index: 0, delta: message, finish_reason: null }] }),
    piece({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }),
    ...(asked === true ? [piece({ usage })] : []),
    '[DONE]',
  ]);
}

function responses(answer: Answer): WireReply {
  const { id, model, input, output, isStreamed } = answer;
  const content = [{ type: 'output_text', text: TEXT, annotations: [] }];
  const item = asksForTool(answer)
    ? { type: 'function_call', id: `item-${id}`, call_id: `call-${id}`, name: 'weather', arguments: TEXT }
    : { type: 'message', id: `item-${id}`, role: 'assistant', content };
  const usage = {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const response = { id, object: 'response', created_at: 1, model, status: 'completed' };
  const whole = { ...response, output: [{ ...item, status: 'completed' }], usage };
  if (!isStreamed) return json(whole);
  return events(
    [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      { type: 'response.output_text.delta', item_id: item.id, output_index: 0, content_index: 0, delta: TEXT },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed' } },
      { type: 'response.completed', response: whole },
    ].filter(({ type }) => type !== 'response.output_text.delta' || item.type === 'message'),
    true,
  );
}

function embeddings({ model, input, body }: Answer): WireReply {
  const texts = Array.isArray(body['input']) ? (body['input'] as unknown[]) : [body['input']];
  const vector = [0.5, 0.25];
  const embedding =
    body['encoding_format'] === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
  const data = texts.map((_, index) => ({ object: 'embedding', index, embedding }));
  return json({ object: 'list', model, data, usage: { prompt_tokens: input, total_tokens: input } });
}

function messages({ id, model, input, output, isStreamed }: Answer): WireReply {
  const head = { id, type: 'message', role: 'assistant', model };
  const usage = { input_tokens: input, output_tokens: output };
  if (!isStreamed) return json({ ...head, content: [{ type: 'text', text: TEXT }], stop_reason: 'end_turn', usage });
  return events(
    [
      { type: 'message_start', message: { ...head, content: [], usage: { input_tokens: input, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: output } },
      { type: 'message_stop' },
    ],
    true,
  );
}

function gemini({ id, model, input, output, isStreamed }: Answer): WireReply {
  const content = { role: 'model', parts: [{ text: TEXT }] };
  const answer = {
    candidates: [{ content, index: 0, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
    modelVersion: model,
    responseId: id,
  };
  return isStreamed ? events([answer]) : json(answer);
}

function converse({ input, output, isStreamed }: Answer): WireReply {
  const usage = { inputTokens: input, outputTokens: output, totalTokens: input + output };
  const end = { usage, metrics: { latencyMs: 5 } };
  if (!isStreamed) {
    return json({
      output: { message: { role: 'assistant', content: [{ text: TEXT }] } },
      stopReason: 'end_turn',
      ...end,
    });
  }
  return eventStream([
    ['messageStart', { role: 'assistant' }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: TEXT } }],
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['messageStop', { stopReason: 'end_turn' }],
    ['metadata', end],
  ]);
}

/** Claude's own answer. */
function invoked({ id, model, input, output, isStreamed }: Answer): WireReply {
  const head = { id, type: 'message', role: 'assistant', model };
  const usage = { input_tokens: input, output_tokens: output };
  if (!isStreamed) return json({ ...head, content: [{ type: 'text', text: TEXT }], stop_reason: 'end_turn', usage });
  return eventStream([
    chunk({
      type: 'message_start',
      message: { ...head, content: [], usage: { input_tokens: input, output_tokens: 1 } },
    }),
    chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } }),
    chunk({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: output } }),
    chunk({ type: 'message_stop' }),
  ]);
}

const SHAPES: readonly (readonly [path: RegExp, shape: (answer: Answer) => WireReply])[] = [
  [/\/chat\/completions$/, chat],
  [/\/responses$/, responses],
  [/\/embeddings$/, embeddings],
  [/\/v1\/messages/, messages],
  [/:(?:stream)?generateContent/i, gemini],
  [/\/converse(?:-stream)?$/, converse],
  [/\/invoke(?:-with-response-stream)?$/, invoked],
];

/** The model stands in the body, or in the address of the request. */
function modelOf({ path, body }: WireRequest): string {
  const { groups } = /\/models?\/(?<model>[^/?]+?)(?::\w*generateContent|\/|$)/i.exec(path) ?? {};
  return typeof body['model'] === 'string' ? body['model'] : decodeURIComponent(groups?.['model'] ?? '');
}

/** Opens the provider on a free port. */
export async function openCountingProvider(): Promise<CountingProvider> {
  const wire = await openWire();
  const bills: Bill[] = [];
  let answers = 0;
  wire.answer((request) => {
    const { path, body } = request;
    const [, shape] = SHAPES.find(([pattern]) => pattern.test(path)) ?? [];
    if (shape === undefined) return json({ error: { message: `no such API: ${path}` } }, 404);
    answers++;
    const bill = {
      model: modelOf(request),
      input: 100 + 7 * answers,
      output: shape === embeddings ? 0 : 10 + 3 * answers,
    };
    bills.push(bill);
    const isStreamed = body['stream'] === true || /stream/i.test(path);
    return shape({ ...bill, id: `answer-${answers}`, body, isStreamed, path });
  });
  return { url: wire.url, bills, close: () => wire.close() };
}
