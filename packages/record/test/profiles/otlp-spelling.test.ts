import { describe, expect, it } from 'vitest';
import { type OtlpSpelling, type SpanRecord, toOtlp } from '../../src/index.ts';

const SPAN = {
  'event.name': 'span.end',
  'event.start': '2026-11-23T09:12:34.123Z',
  'event.duration': 1e6,
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  span_id: '00f067aa0ba902b7',
  'span.name': 'answer',
};

/** The attributes of a span that a receiver gets, with plain values. */
function sent(record: Record<string, unknown>, spelling: OtlpSpelling): Record<string, unknown> {
  const { resourceSpans } = toOtlp([{ ...SPAN, ...record } as SpanRecord], spelling);
  const attributes = resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes ?? [];
  const keys = attributes.map(({ key }) => key);
  expect(keys, 'no name twice').toEqual([...new Set(keys)]);
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

const MESSAGES = '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]';
const DOCUMENTS = '[{"content":"words"}]';
const OF_LANGFUSE = ['langfuse.observation.input', 'langfuse.observation.output'] as const;
const OF_OPENINFERENCE = ['input.value', 'output.value'] as const;

describe.each([
  ['langfuse', OF_LANGFUSE],
  ['langsmith', OF_OPENINFERENCE],
  ['phoenix', OF_OPENINFERENCE],
] as const)('content for %s', (spelling, [input, output]) => {
  it('has the input and the output of a step, texts without quotes', () => {
    const told = sent({ 'spanline.input': '{"q":1}', 'spanline.output': '"because \\"so\\""' }, spelling);
    expect(told).toMatchObject({ [input]: '{"q":1}', [output]: 'because "so"' });
    expect(told).not.toHaveProperty('spanline.input');
    expect(told['input.mime_type']).toBe(spelling === 'phoenix' ? 'application/json' : undefined);
    expect(told['output.mime_type']).toBeUndefined();
  });

  it('has the query and the documents of a retrieval', () => {
    const told = sent({ 'gen_ai.retrieval.query.text': 'why', 'gen_ai.retrieval.documents': DOCUMENTS }, spelling);
    expect(told).toMatchObject({ [input]: 'why', [output]: DOCUMENTS });
    expect(told['gen_ai.retrieval.documents']).toBe(spelling === 'phoenix' ? DOCUMENTS : undefined);
  });

  it('leaves messages where the receiver reads them', () => {
    const told = sent({ 'gen_ai.input.messages': MESSAGES, 'gen_ai.output.messages': MESSAGES }, spelling);
    expect(told).toMatchObject({ 'gen_ai.input.messages': MESSAGES, 'gen_ai.output.messages': MESSAGES });
    expect(told).not.toHaveProperty([input]);
    expect(told).not.toHaveProperty([output]);
  });

  it('shows the other side of a span whose one side is messages', () => {
    const told = sent({ 'gen_ai.input.messages': MESSAGES, 'spanline.output': '[1]' }, spelling);
    expect(told[output]).toBe('[1]');
    // Langfuse looks for messages only where neither side has a name of its own.
    expect(told[input]).toBe(spelling === 'langfuse' ? MESSAGES : undefined);
    expect(told['gen_ai.input.messages']).toBe(MESSAGES);
  });

  it('keeps a text that only begins like JSON', () => {
    expect(sent({ 'spanline.input': '"cut', 'spanline.output': '"a" and "b"' }, spelling)).toMatchObject({
      [input]: '"cut',
      [output]: '"a" and "b"',
    });
  });
});

it('the conventions keep every name', () => {
  const record = { 'spanline.input': '"a"', 'gen_ai.prompt.name': 'greet', 'labels.plan': 'pro' };
  expect(sent(record, 'conventions')).toEqual(record);
  expect(sent(record, 'datadog')).toEqual(record);
});

describe('Langfuse', () => {
  it('links a prompt by its whole number', () => {
    expect(sent({ 'gen_ai.prompt.name': 'greet', 'gen_ai.prompt.version': '3' }, 'langfuse')).toEqual({
      'langfuse.observation.prompt.name': 'greet',
      'langfuse.observation.prompt.version': '3',
    });
  });

  it.each([
    [{ 'gen_ai.prompt.name': 'greet' }, { name: 'greet' }],
    [{ 'gen_ai.prompt.version': '3' }, { version: '3' }],
    [
      { 'gen_ai.prompt.name': 'greet', 'gen_ai.prompt.version': 'v3' },
      { name: 'greet', version: 'v3' },
    ],
  ])('has %j as metadata, which Langfuse could not link', (record, expected) => {
    expect(sent(record, 'langfuse')).toEqual(
      Object.fromEntries(
        Object.entries(expected).map(([key, value]) => [`langfuse.observation.metadata.prompt_${key}`, value]),
      ),
    );
  });

  it('counts tokens once, and has tags, labels and the time to the first token', () => {
    const told = sent(
      {
        'gen_ai.usage.input_tokens': 9,
        'gen_ai.usage.audio.input_tokens': 4,
        'gen_ai.usage.audio.output_tokens': 2,
        'gen_ai.response.time_to_first_chunk': 0.25,
        'spanline.tags': ['a'],
        'labels.plan': 'pro',
      },
      'langfuse',
    );
    expect(Object.keys(told).filter((key) => key.startsWith('gen_ai.usage.'))).toEqual(['gen_ai.usage.input_tokens']);
    expect(told).toMatchObject({
      'llm.token_count.completion_details.audio': '2',
      'ai.response.msToFirstChunk': 250,
      'langfuse.trace.tags': { values: [{ stringValue: 'a' }] },
      'langfuse.observation.metadata.plan': 'pro',
    });
  });
});

it('LangSmith has provider, session, user, tags and labels', () => {
  const record = {
    'gen_ai.provider.name': 'openai',
    'session.id': 's',
    'user.id': 'u',
    'spanline.tags': ['a', 'b'],
    'labels.plan': 'pro',
    'gen_ai.usage.reasoning.output_tokens': 3,
  };
  expect(sent(record, 'langsmith')).toMatchObject({
    'gen_ai.provider.name': 'openai',
    'gen_ai.system': 'openai',
    'langsmith.metadata.session_id': 's',
    'langsmith.metadata.user_id': 'u',
    'langsmith.metadata.plan': 'pro',
    'langsmith.span.tags': 'a,b',
    'gen_ai.usage.details.reasoning_tokens': '3',
  });
});

it('Phoenix has details of tokens, prompt, tags and labels', () => {
  const record = {
    'gen_ai.usage.reasoning.output_tokens': 3,
    'gen_ai.usage.audio.input_tokens': 4,
    'spanline.prompt.template': 'Hello {name}',
    'gen_ai.prompt.version': '3',
    'spanline.tags': ['a'],
    'labels.plan': 'pro',
  };
  expect(sent(record, 'phoenix')).toMatchObject({
    'llm.token_count.completion_details.reasoning': '3',
    'llm.token_count.prompt_details.audio': '4',
    'llm.prompt_template.template': 'Hello {name}',
    'llm.prompt_template.version': '3',
    'tag.tags': { values: [{ stringValue: 'a' }] },
    'metadata.plan': 'pro',
  });
});
