/** Model calls, tools and retrievals in the words of each vocabulary. */
import { SpanKind } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import { start } from './support/setup.ts';

type Attributes = Record<string, string | number | boolean | string[] | number[]>;

function recordOf(name: string, attributes: Attributes, kind = SpanKind.INTERNAL): SpanRecord {
  const { otel, record } = start();
  otel.startSpan(name, { attributes, kind }).end();
  return record();
}

const json = (text: unknown): unknown => JSON.parse(String(text));

const QUESTION = [{ role: 'user', parts: [{ type: 'text', content: 'Which river?' }] }];
const ANSWER = [{ role: 'assistant', parts: [{ type: 'text', content: 'The Rhine.' }] }];

const CALL = {
  'span.type': 'llm',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.request.temperature': 0,
  'gen_ai.usage.input_tokens': 40,
  'gen_ai.usage.output_tokens': 10,
  'gen_ai.usage.cache_read.input_tokens': 20,
  'spanline.cost.usd': expect.closeTo(0.0000105, 9) as number,
};

/** One call, as each vocabulary tells it. */
const SPELLINGS: Record<string, Attributes> = {
  'the GenAI conventions 0.1': {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.request.temperature': 0,
    'gen_ai.usage.input_tokens': 40,
    'gen_ai.usage.output_tokens': 10,
    'gen_ai.usage.cache_read.input_tokens': 20,
    'gen_ai.input.messages': JSON.stringify(QUESTION),
    'gen_ai.output.messages': JSON.stringify(ANSWER),
  },
  'the GenAI conventions before 1.37': {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.request.temperature': 0,
    'gen_ai.usage.prompt_tokens': 40,
    'gen_ai.usage.completion_tokens': 10,
    'gen_ai.usage.cache_read_input_tokens': 20,
    'gen_ai.prompt': JSON.stringify([{ role: 'user', content: 'Which river?' }]),
    'gen_ai.completion': JSON.stringify([{ role: 'assistant', content: 'The Rhine.' }]),
  },
  OpenInference: {
    'openinference.span.kind': 'LLM',
    'llm.system': 'openai',
    'llm.model_name': 'gpt-4o-mini',
    'llm.invocation_parameters': '{"model":"gpt-4o-mini","temperature":0}',
    'llm.token_count.prompt': 40,
    'llm.token_count.completion': 10,
    'llm.token_count.total': 50,
    'llm.token_count.prompt_details.cache_read': 20,
    'input.value': '{"messages":[{"role":"user","content":"Which river?"}]}',
    'input.mime_type': 'application/json',
    'llm.input_messages.0.message.role': 'user',
    'llm.input_messages.0.message.content': 'Which river?',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.contents.0.message_content.type': 'text',
    'llm.output_messages.0.message.contents.0.message_content.text': 'The Rhine.',
  },
  OpenLLMetry: {
    'llm.request.type': 'chat',
    'gen_ai.system': 'OpenAI',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.request.temperature': 0,
    'gen_ai.usage.prompt_tokens': 40,
    'gen_ai.usage.completion_tokens': 10,
    'llm.usage.total_tokens': 50,
    'gen_ai.usage.cache_read_input_tokens': 20,
    'gen_ai.prompt.0.role': 'user',
    'gen_ai.prompt.0.content': 'Which river?',
    'gen_ai.completion.0.role': 'assistant',
    'gen_ai.completion.0.content': 'The Rhine.',
  },
  'the AI SDK': {
    'operation.name': 'ai.generateText.doGenerate',
    'ai.operationId': 'ai.generateText.doGenerate',
    'ai.model.id': 'gpt-4o-mini',
    'ai.model.provider': 'openai.chat',
    'ai.settings.temperature': 0,
    'ai.settings.maxRetries': 2,
    'ai.usage.inputTokens': 40,
    'ai.usage.outputTokens': 10,
    'ai.usage.totalTokens': 50,
    'ai.usage.cachedInputTokens': 20,
    'ai.prompt.messages': JSON.stringify([{ role: 'user', content: [{ type: 'text', text: 'Which river?' }] }]),
    'ai.response.text': 'The Rhine.',
    'ai.response.finishReason': 'stop',
  },
};

test.each(Object.entries(SPELLINGS))('a model call in the words of %s is read', (_, attributes) => {
  const record = recordOf('call', attributes, SpanKind.CLIENT);
  expect(record).toMatchObject(CALL);
  expect(json(record['gen_ai.input.messages'])).toEqual(QUESTION);
  expect(json(record['gen_ai.output.messages'])).toEqual(ANSWER);
  expect(Object.keys(record).filter((key) => key.startsWith('labels.') || key.startsWith('spanline.input'))).toEqual(
    [],
  );
});

test('messages in events of the GenAI conventions up to 1.36 are read', () => {
  const { otel, record } = start();
  const span = otel.startSpan('chat gpt-4o', { attributes: { 'gen_ai.operation.name': 'chat' } });
  span.addEvent('gen_ai.system.message', { content: 'Be brief.' });
  span.addEvent('gen_ai.user.message', { content: 'Which river?' });
  span.addEvent('gen_ai.choice', {
    index: 0,
    finish_reason: 'stop',
    message: '{"role":"assistant","content":"The Rhine."}',
  });
  span.end();
  expect(json(record()['gen_ai.input.messages'])).toEqual([
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    ...QUESTION,
  ]);
  expect(json(record()['gen_ai.output.messages'])).toEqual(ANSWER);
  expect(record()['gen_ai.response.finish_reasons']).toEqual(['stop']);
});

test('content in the details event of newer conventions is read', () => {
  const { otel, record } = start();
  const span = otel.startSpan('chat gpt-4o', { attributes: { 'gen_ai.operation.name': 'chat' } });
  span.addEvent('gen_ai.client.inference.operation.details', {
    'gen_ai.input.messages': JSON.stringify(QUESTION),
    'gen_ai.output.messages': JSON.stringify(ANSWER),
  });
  span.end();
  expect(json(record()['gen_ai.output.messages'])).toEqual(ANSWER);
  expect(record()['spanline.events']).toBeUndefined();
});

test('a tool call of the AI SDK in an answer keeps its name and arguments', () => {
  const record = recordOf('ai.generateText.doGenerate', {
    'ai.operationId': 'ai.generateText.doGenerate',
    'ai.response.toolCalls': '[{"toolCallId":"c1","toolName":"find","input":"{\\"city\\":\\"Bonn\\"}"}]',
  });
  expect(json(record['gen_ai.output.messages'])).toEqual([
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'find', arguments: { city: 'Bonn' } }] },
  ]);
});

test('tool calls of OpenInference and Traceloop keep their names and arguments', () => {
  const call = { type: 'tool_call', id: 'c1', name: 'find', arguments: { city: 'Bonn' } };
  const inference = recordOf('call', {
    'openinference.span.kind': 'LLM',
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'find',
    'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Bonn"}',
  });
  expect(json(inference['gen_ai.output.messages'])).toEqual([{ role: 'assistant', parts: [call] }]);
  const traceloop = recordOf('call', {
    'llm.request.type': 'chat',
    'gen_ai.completion.0.role': 'assistant',
    'gen_ai.completion.0.tool_calls.0.id': 'c1',
    'gen_ai.completion.0.tool_calls.0.name': 'find',
    'gen_ai.completion.0.tool_calls.0.arguments': '{"city":"Bonn"}',
  });
  expect(json(traceloop['gen_ai.output.messages'])).toEqual([{ role: 'assistant', parts: [call] }]);
});

test('the documents of a retriever keep their ids, scores and metadata', () => {
  const record = recordOf('search', {
    'openinference.span.kind': 'RETRIEVER',
    'input.value': 'rivers',
    'retrieval.documents.0.document.id': 'a',
    'retrieval.documents.0.document.score': 0.9,
    'retrieval.documents.0.document.content': 'The Rhine',
    'retrieval.documents.0.document.metadata': '{"page":3}',
    'retrieval.documents.1.document.id': 'b',
  });
  expect(record).toMatchObject({ 'span.type': 'retriever', 'gen_ai.retrieval.query.text': 'rivers' });
  expect(json(record['gen_ai.retrieval.documents'])).toEqual([
    { id: 'a', score: 0.9, content: 'The Rhine', metadata: { page: 3 } },
    { id: 'b' },
  ]);
});

test('vectors are not written, their length is', () => {
  const inference = recordOf('embed', {
    'openinference.span.kind': 'EMBEDDING',
    'embedding.model_name': 'text-embedding-3-small',
    'embedding.embeddings.0.embedding.text': 'rivers',
    'embedding.embeddings.0.embedding.vector': [0.2512345678, 0.5, 0.75],
  });
  expect(inference).toMatchObject({ 'span.type': 'embedding', 'gen_ai.embeddings.dimension.count': 3 });
  const sdk = recordOf('ai.embed.doEmbed', {
    'ai.operationId': 'ai.embed.doEmbed',
    'ai.embeddings': ['[0.2512345678,0.5]'],
  });
  expect(sdk).toMatchObject({ 'span.type': 'embedding', 'gen_ai.embeddings.dimension.count': 2 });
  expect(`${JSON.stringify(inference)}${JSON.stringify(sdk)}`).not.toContain('0.2512345678');
});

test('spans of Claude Code are read by their own names', () => {
  const record = recordOf('claude_code.llm_request', {
    'span.type': 'llm_request',
    model: 'claude-sonnet-4-5',
    'gen_ai.system': 'anthropic',
    input_tokens: 100,
    output_tokens: 30,
    cache_read_tokens: 900,
    cache_creation_tokens: 0,
    ttft_ms: 250,
  });
  expect(record).toMatchObject({
    'span.type': 'llm',
    'gen_ai.request.model': 'claude-sonnet-4-5',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.cache_read.input_tokens': 900,
    'gen_ai.response.time_to_first_chunk': 0.25,
  });
  expect(recordOf('else', { model: 'T', input_tokens: 3 })).toMatchObject({ 'span.type': 'task', 'labels.model': 'T' });
});

test('an agent or a chain with the sum of its calls adds nothing to them', () => {
  const { otel, record } = start();
  const usage = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 10 };
  otel.startActiveSpan('agent', { attributes: { 'gen_ai.operation.name': 'invoke_agent', ...usage } }, (agent) => {
    otel.startSpan('call', { attributes: { 'gen_ai.operation.name': 'chat', ...usage } }).end();
    agent.end();
  });
  expect(record('agent')['gen_ai.usage.input_tokens']).toBeUndefined();
  expect(record('agent')['spanline.rollup.input_tokens']).toBe(40);
});

test('an agent whose calls nobody records keeps its usage', () => {
  const record = recordOf('agent', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 40 });
  expect(record['gen_ai.usage.input_tokens']).toBe(40);
});

test('a type that becomes known after the start counts', () => {
  const { otel, record } = start();
  const span = otel.startSpan('llm_generate');
  span.setAttributes({
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 8,
    'gen_ai.usage.output_tokens': 2,
  });
  span.end();
  expect(record()).toMatchObject({ 'span.type': 'llm', 'spanline.cost.usd': expect.any(Number) as number });
});

test('session, user, tags and metadata of a vocabulary are those of the line', () => {
  const record = recordOf('chain', {
    'openinference.span.kind': 'CHAIN',
    'session.id': 's-1',
    'user.id': 'u-1',
    'tag.tags': ['beta', 'eu'],
    metadata: '{"tenant":"acme","plan":{"a":1}}',
    'traceloop.association.properties.region': 'eu',
  });
  expect(record).toMatchObject({
    'session.id': 's-1',
    'user.id': 'u-1',
    'spanline.tags': ['beta', 'eu'],
    'labels.tenant': 'acme',
    'labels.region': 'eu',
  });
});

test('an HTTP request is read in both spellings, and the query of its address is left out', () => {
  const today = {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'url.full': 'https://api.example.com:8443/v1/items?token=s3cret',
  };
  const earlier = {
    'http.method': 'GET',
    'http.status_code': 200,
    'http.url': 'https://api.example.com:8443/v1/items?token=s3cret',
  };
  for (const attributes of [today, earlier]) {
    const record = recordOf('GET', attributes, SpanKind.CLIENT);
    expect(record).toMatchObject({
      'span.type': 'task',
      'span.kind': 'CLIENT',
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'server.address': 'api.example.com',
      'server.port': 8443,
      'url.path': '/v1/items',
      'url.scheme': 'https',
    });
    expect(JSON.stringify(record)).not.toContain('s3cret');
  }
  expect(recordOf('GET /', { 'http.method': 'GET', 'http.target': '/a?b=1' }, SpanKind.SERVER)).toMatchObject({
    'span.type': 'http',
    'url.path': '/a',
  });
});

test('a database call is read in both spellings', () => {
  const fields = { 'db.query.text': 'SELECT 1', 'db.system.name': 'postgresql', 'db.namespace': 'shop' };
  expect(recordOf('SELECT shop', { ...fields }, SpanKind.CLIENT)).toMatchObject(fields);
  expect(
    recordOf('SELECT shop', { 'db.statement': 'SELECT 1', 'db.system': 'postgresql', 'db.name': 'shop' }),
  ).toMatchObject(fields);
});

test('content follows the capture mode', () => {
  const { otel, record } = start({ capture: 'metadata' });
  otel.startSpan('call', { attributes: { ...SPELLINGS['OpenLLMetry'] } }).end();
  expect(record()['gen_ai.input.messages']).toBeUndefined();
  expect(record()).toMatchObject({ 'gen_ai.usage.input_tokens': 40, 'spanline.capture.mode': 'metadata' });
});

test('content and labels are redacted', () => {
  const { otel, log } = start();
  otel
    .startSpan('call', {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.prompt.0.content': 'I am jane.doe@example.com',
        'my.note': 'write to jane.doe@example.com',
        'http.request.header.authorization': ['Bearer abc'],
        'client.password': 'hunter2',
      },
    })
    .end();
  expect(log.raw().join('\n')).not.toMatch(/jane\.doe|Bearer abc|hunter2/);
});

test('milliseconds become seconds, without a rest of binary fractions', () => {
  const { otel, record } = start();
  const attributes = { 'gen_ai.operation.name': 'chat', 'ai.response.msToFirstChunk': 4.1 };
  otel.startSpan('call', { attributes }).end();
  expect(record()['gen_ai.response.time_to_first_chunk']).toBe(0.0041);
});
