/** Attributes with values that their keys should not have, in every vocabulary. */
import { SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { type SpanRecord, validate } from '@spanline/core';
import { start } from './support/setup.ts';

type Attributes = Record<string, string | number | boolean | string[] | number[]>;

function recordOf(attributes: Attributes, name = 'call'): SpanRecord {
  const { otel, record, tracer } = start();
  otel.startSpan(name, { attributes }).end();
  expect(validate(record())).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ emitted: 1, open: 0 });
  return record();
}

/** A call in the words of a vocabulary, and its names for input, output, cached and reasoning tokens. */
interface Vocabulary {
  readonly call: Attributes;
  readonly counts: readonly [input: string, output: string, cached: string, reasoning: string];
}

const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  'GenAI conventions 0.1': {
    call: { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o-mini' },
    counts: [
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.reasoning.output_tokens',
    ],
  },
  'GenAI conventions up to 1.36': {
    call: { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o-mini' },
    counts: [
      'gen_ai.usage.prompt_tokens',
      'gen_ai.usage.completion_tokens',
      'gen_ai.usage.cache_read_input_tokens',
      'gen_ai.usage.reasoning_tokens',
    ],
  },
  OpenInference: {
    call: { 'openinference.span.kind': 'LLM', 'llm.system': 'openai', 'llm.model_name': 'gpt-4o-mini' },
    counts: [
      'llm.token_count.prompt',
      'llm.token_count.completion',
      'llm.token_count.prompt_details.cache_read',
      'llm.token_count.completion_details.reasoning',
    ],
  },
  Traceloop: {
    call: { 'llm.request.type': 'chat', 'llm.vendor': 'OpenAI', 'llm.request.model': 'gpt-4o-mini' },
    counts: [
      'llm.usage.prompt_tokens',
      'llm.usage.completion_tokens',
      'llm.usage.cache_read_input_tokens',
      'gen_ai.usage.reasoning_tokens',
    ],
  },
  'AI SDK': {
    call: {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'openai.chat',
      'ai.model.id': 'gpt-4o-mini',
    },
    counts: ['ai.usage.inputTokens', 'ai.usage.outputTokens', 'ai.usage.cachedInputTokens', 'ai.usage.reasoningTokens'],
  },
};

type Four = readonly [unknown, unknown, unknown, unknown];

/** Counts, and the line that they make. */
const COUNTS: Readonly<Record<string, readonly [given: Four, line: Partial<SpanRecord>]>> = {
  'are texts': [
    ['100', '10', '20', '5'],
    {
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 10,
      'gen_ai.usage.cache_read.input_tokens': 20,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'spanline.cost.usd': 0.0000195,
    },
  ],
  'are negative': [
    [-5, 10, -1, -2],
    { 'gen_ai.usage.output_tokens': 10, 'spanline.cost.exact': false, 'spanline.cost.reason': 'unknown_usage' },
  ],
  'are no numbers': [
    [Number.NaN, 10, Number.POSITIVE_INFINITY, Number.NaN],
    { 'gen_ai.usage.output_tokens': 10, 'spanline.cost.exact': false, 'spanline.cost.reason': 'unknown_usage' },
  ],
  'have more cached tokens than input': [
    [100, 10, 200, 5],
    { 'gen_ai.usage.input_tokens': 100, 'spanline.usage.issue': 'details_exceed_total', 'spanline.cost.exact': false },
  ],
  'have more reasoning than output': [
    [100, 10, 20, 50],
    { 'gen_ai.usage.output_tokens': 10, 'spanline.usage.issue': 'details_exceed_total', 'spanline.cost.exact': false },
  ],
  'are lists, words and switches': [[[100], 'many', '', true], { 'spanline.cost.reason': 'no_usage' }],
};

describe.each(Object.entries(VOCABULARIES))('counts in the words of %s', (_, { call, counts }) => {
  test.each(Object.entries(COUNTS))('that %s', (__, [given, line]) => {
    const tokens = Object.fromEntries(counts.map((key, index) => [key, given[index]])) as Attributes;
    const record = recordOf({ ...call, ...tokens });
    expect(record).toMatchObject({ 'span.type': 'llm', 'gen_ai.request.model': 'gpt-4o-mini', ...line });
  });
});

const CALL = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o-mini' } as const;

test('a key of the schema wins over other spellings, whatever stands first', () => {
  const own = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.request.top_p': 0.5 };
  const others = { 'gen_ai.usage.prompt_tokens': 90, 'llm.top_p': 0.7 };
  for (const attributes of [
    { ...own, ...others },
    { ...others, ...own },
  ])
    expect(recordOf({ ...CALL, ...attributes })).toMatchObject(own);
});

test('a value that a key cannot have gives way to one in another spelling', () => {
  const record = recordOf({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': ['gpt-4o', 'gpt-4o-mini'],
    'llm.model_name': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 'unknown',
    'llm.token_count.prompt': 90,
    'gen_ai.request.temperature': 'warm',
    'llm.temperature': 0.5,
  });
  expect(record).toMatchObject({
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 90,
    'gen_ai.request.temperature': 0.5,
  });
  expect(record['spanline.truncated']).toBeUndefined();
});

test('numbers, switches and lists may be texts', () => {
  const record = recordOf({
    ...CALL,
    'gen_ai.request.temperature': '0.5',
    'gen_ai.request.max_tokens': '100',
    'gen_ai.request.stream': 'True',
    'gen_ai.response.finish_reasons': '["stop","length"]',
    'gen_ai.usage.input_tokens': 3,
    'gen_ai.usage.cost': '0.25',
  });
  expect(record).toMatchObject({
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.stream': true,
    'gen_ai.response.finish_reasons': ['stop', 'length'],
    'spanline.cost.usd': 0.25,
    'spanline.cost.source': 'provider',
  });
});

test('an empty text says nothing', () => {
  const record = recordOf({
    ...CALL,
    'gen_ai.response.model': '',
    'gen_ai.provider.name': '',
    'gen_ai.system': 'openai',
  });
  expect(record).toMatchObject({ 'gen_ai.provider.name': 'openai' });
  expect(record).not.toHaveProperty('gen_ai.response.model');
});

const json = (text: unknown): unknown => JSON.parse(String(text));

test('messages may be texts in a list, and instructions a text', () => {
  const record = recordOf({
    ...CALL,
    'gen_ai.input.messages': ['{"role":"user","content":"Which river?"}', '{"river":"Rhine"}'],
    'gen_ai.system_instructions': 'Be brief.',
  });
  expect(json(record['gen_ai.input.messages'])).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'Which river?' }] },
    { role: 'user', parts: [{ type: 'text', content: '{"river":"Rhine"}' }] },
  ]);
  expect(json(record['gen_ai.system_instructions'])).toEqual([{ type: 'text', content: 'Be brief.' }]);
});

test.each([
  ['https://reader:s3cret@db.example.com:8443/shop?token=s3cret', 'db.example.com'],
  ['postgres://reader:s3cret@db.example.com/shop', 'db.example.com'],
  [
    'mongodb://reader:s3cret@one.example.com:27017,two.example.com:27017/shop',
    'one.example.com:27017,two.example.com:27017',
  ],
  ['reader:s3cret@db.example.com', 'db.example.com'],
  ['/var/run/postgresql/.s.PGSQL.5432', '/var/run/postgresql/.s.PGSQL.5432'],
  ['db.example.com', 'db.example.com'],
])('the host of %s is %s', (address, host) => {
  for (const key of ['server.address', 'net.peer.name']) {
    const record = recordOf({ 'db.system.name': 'postgresql', [key]: address });
    expect(record['server.address']).toBe(host);
    expect(JSON.stringify(record)).not.toContain('s3cret');
  }
});

/** Attributes with content, by the span that has them. */
const CONTENT: Readonly<Record<string, readonly string[]>> = {
  call: [
    'gen_ai.response.revised_prompt',
    'gen_ai.guardrail.input',
    'gen_ai.guardrail.output',
    'mcp.response.value',
    'input.images',
    'output.images',
    'tool.json_schema',
  ],
  'claude_code.llm_request': [
    'new_context',
    'response.model_output',
    'user_system_prompt',
    'system_prompt',
    'system_prompt_preview',
    'system_reminders',
  ],
  'claude_code.tool': ['tool_input', 'tool_output', 'full_command'],
};

test.each(Object.entries(CONTENT))('content on a span called %s is not on a line without content', (name, keys) => {
  const { otel, log } = start({ capture: 'metadata' });
  otel.startSpan(name, { attributes: Object.fromEntries(keys.map((key) => [key, 'about rivers'])) }).end();
  expect(log.lines()).toHaveLength(1);
  expect(log.raw().join('')).not.toContain('rivers');
});

test('the request and the answer of Claude Code, as it writes them in detail', () => {
  const attributes = {
    'span.type': 'llm_request',
    model: 'claude-opus-5',
    'gen_ai.system': 'anthropic',
    input_tokens: 2,
    output_tokens: 12,
    speed: 'fast',
    effort: 'high',
    new_context: 'Which river?',
    'response.model_output': 'The Rhine.',
    success: true,
  };
  const record = recordOf(attributes, 'claude_code.llm_request');
  expect(record).toMatchObject({ 'gen_ai.request.reasoning.level': 'high', 'spanline.cost.tier': 'fast' });
  expect(json(record['gen_ai.input.messages'])).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'Which river?' }] },
  ]);
  expect(json(record['gen_ai.output.messages'])).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'The Rhine.' }] },
  ]);
});

test.each([
  ['claude_code.llm_request', { error: 'overloaded', status_code: '529' }],
  ['chat', { 'gen_ai.operation.name': 'chat', 'error.message': 'overloaded', 'http.response.status_code': 529 }],
])('the message of an error of %s may be an attribute', (name, attributes) => {
  const { otel, record } = start();
  const failed = otel.startSpan(name, { attributes });
  failed.setStatus({ code: SpanStatusCode.ERROR });
  failed.end();
  expect(record()).toMatchObject({
    'span.status': 'error',
    'error.message': 'overloaded',
    'http.response.status_code': 529,
  });
});

test('the message of an error that was none is a label', () => {
  expect(recordOf({ 'error.message': 'tried again' })).toMatchObject({
    'span.status': 'ok',
    'labels.error_message': 'tried again',
  });
});

test('milliseconds that are a text become seconds', () => {
  expect(recordOf({ ...CALL, 'ai.response.msToFirstChunk': '12.5' })['gen_ai.response.time_to_first_chunk']).toBe(
    0.0125,
  );
});

test('an object of usage is read, and one that was cut is told', () => {
  const name = 'langfuse.observation.usage_details';
  const call = { 'langfuse.observation.type': 'generation', 'langfuse.observation.model.name': 'gpt-4o-mini' };
  expect(recordOf({ ...call, [name]: '{"input":80,"output":10,"input_cached_tokens":20,"total":110}' })).toMatchObject({
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 10,
    'gen_ai.usage.cache_read.input_tokens': 20,
  });
  expect(recordOf({ ...call, [name]: '{"input":80,"out' })['spanline.truncated']).toEqual(['labels']);
  expect(recordOf({ ...CALL, 'llm.invocation_parameters': '{"temperature":0' })['spanline.truncated']).toEqual([
    'labels',
  ]);
});

test('tool calls that were cut are in the answer, as they came', () => {
  const cut = '[{"toolCallId":"c1","toolNa';
  const record = recordOf({ 'ai.operationId': 'ai.generateText.doGenerate', 'ai.response.toolCalls': cut });
  expect(json(record['gen_ai.output.messages'])).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: cut }] },
  ]);
});

test('an entry of a list without a number is told', () => {
  const record = recordOf({
    ...CALL,
    'gen_ai.prompt.0.content': 'Which river?',
    'gen_ai.prompt.first.content': 'What?',
  });
  expect(record['spanline.truncated']).toEqual(['labels']);
  expect(record['gen_ai.input.messages']).toContain('Which river?');
});

test('ids may be numbers, and tags one text', () => {
  expect(recordOf({ 'session.id': 5, 'user.id': 6, 'tag.tags': 'beta' })).toMatchObject({
    'session.id': '5',
    'user.id': '6',
    'spanline.tags': ['beta'],
  });
});

test.each([
  [{ 'error.type': '429' }, '429', 'rate_limit'],
  [{ 'http.response.status_code': 401 }, '401', 'auth'],
  [
    { 'error.type': 'context_length_exceeded', 'http.response.status_code': 400 },
    'context_length_exceeded',
    'context_length',
  ],
])('the class of an error with %j', (attributes, type, errorClass) => {
  const { otel, record } = start();
  const failed = otel.startSpan('chat', { attributes: { ...CALL, ...attributes } });
  failed.setStatus({ code: SpanStatusCode.ERROR, message: 'refused' });
  failed.end();
  expect(record()).toMatchObject({
    'error.type': type,
    'error.message': 'refused',
    'spanline.error.class': errorClass,
  });
});

test.each([
  [new DOMException('This operation was aborted', 'AbortError'), 'AbortError', 'aborted', 'aborted'],
  [Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'error', 'network'],
  [
    Object.assign(new Error('slow down'), { code: 'rate_limit_exceeded' }),
    'rate_limit_exceeded',
    'error',
    'rate_limit',
  ],
  [new RangeError('too far'), 'RangeError', 'error', 'other'],
])(
  'an exception has its name and its class, though the SDK writes its code: %s',
  (exception, type, status, errorClass) => {
    const { otel, record } = start();
    const failed = otel.startSpan('chat', { attributes: { ...CALL, 'error.type': type } });
    failed.recordException(exception);
    failed.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
    failed.end();
    expect(record()).toMatchObject({
      'span.status': status,
      'error.type': type,
      'error.message': exception.message,
      'spanline.error.class': errorClass,
    });
    expect(record()).not.toHaveProperty('labels.error_type');
  },
);

test('what attributes say of an error beside its exception is kept', () => {
  const { otel, record } = start();
  const attributes = { ...CALL, 'error.type': '429', 'error.message': 'quota of the team' };
  const failed = otel.startSpan('chat', { attributes });
  failed.recordException(new RangeError('too far'));
  failed.setStatus({ code: SpanStatusCode.ERROR });
  failed.end();
  expect(record()).toMatchObject({
    'error.type': 'RangeError',
    'error.message': 'too far',
    'spanline.error.class': 'rate_limit',
    'labels.error_type': '429',
    'labels.error_message': 'quota of the team',
  });
});
