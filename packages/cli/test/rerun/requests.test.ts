/** `spanline rerun`: how a request is rebuilt from its line, and which traces cannot be. */
import { expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { messages, provider, question, rerun, SEND } from './support.ts';

const mock = provider();

const WITH_PROMPT = ['--prompt', 'answer.md', '--yes', '--json'] as const;
const prompted = (text: string, records: readonly SpanRecord[]) =>
  rerun(records, WITH_PROMPT, { url: mock.url, files: { 'answer.md': text } });

/** Messages of the only request. */
const sent = (): unknown => (mock.getRequests()[0]?.body as { messages?: unknown } | undefined)?.messages;

const FILLED = {
  'gen_ai.prompt.name': 'answer',
  'gen_ai.prompt.version': '1',
  'spanline.prompt.variables': '{"question":"How long is contract 1?","old":"x"}',
} as const;

it('puts a prompt without variables in the place of the system message, with the recorded model', async () => {
  await prompted('Answer in one sentence.', question(1));
  expect(mock.getRequests()[0]?.body).toMatchObject({
    model: 'gpt-4o',
    temperature: 0.5,
    messages: [
      { role: 'system', content: 'Answer in one sentence.' },
      { role: 'user', content: 'How long is contract 1?' },
    ],
  });
});

it('fills a prompt with the recorded variables, and writes it on the line', async () => {
  const { results } = await prompted('system:\nBe brief.\n\nuser:\nQ: {{question}}', question(1, FILLED));
  expect(sent()).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Q: How long is contract 1?' },
  ]);
  const call = results().find((record) => record['span.type'] === 'llm');
  expect(call).toMatchObject({
    'gen_ai.prompt.name': 'answer',
    'spanline.prompt.variables': '{"question":"How long is contract 1?"}',
  });
  expect(call?.['gen_ai.prompt.version']).not.toBe('1');
});

it('fills the place of a history with the earlier turns', async () => {
  const records = question(1, {
    ...FILLED,
    'gen_ai.input.messages': messages(
      ['system', 'Answer.'],
      ['user', 'Hello'],
      ['assistant', 'Hi'],
      ['user', 'How long is contract 1?'],
    ),
  });
  await prompted('system:\nBe brief.\n\nmessages: history\n\nuser:\nQ: {{question}}', records);
  expect(sent()).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hi' },
    { role: 'user', content: 'Q: How long is contract 1?' },
  ]);
});

const TOOL_TURNS = JSON.stringify([
  { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
  {
    role: 'assistant',
    parts: [
      { type: 'reasoning', content: 'hm' },
      { type: 'tool_call', id: 'a', name: 'weather', arguments: { city: 'Ulm' } },
    ],
  },
  { role: 'tool', parts: [{ type: 'tool_call_response', id: 'a', response: 'sunny' }] },
]);
const TOOLS = JSON.stringify([{ type: 'function', name: 'weather', parameters: { type: 'object', properties: {} } }]);
const WITH_TOOLS = { 'gen_ai.input.messages': TOOL_TURNS, 'gen_ai.tool.definitions': TOOLS } as const;

it('keeps calls of tools and their recorded results', async () => {
  await prompted('Be brief.', question(1, WITH_TOOLS));
  expect(mock.getRequests()[0]?.body).toMatchObject({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
    ],
    tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }],
  });
});

it('asks Anthropic for its models, with its shape of tools, its key and its limit', async () => {
  mock.clearFixtures();
  mock.on({ predicate: () => true }, { content: 'Sunny.', usage: { prompt_tokens: 40, completion_tokens: 3 } });
  const args = ['--model', 'claude-sonnet-4-5', '--yes', '--json'];
  const records = question(1, { ...WITH_TOOLS, 'gen_ai.system_instructions': '[{"type":"text","content":"Answer."}]' });
  const { results, code } = await rerun(records, args, { url: mock.url, env: { ANTHROPIC_API_KEY: 'sk-ant-mine' } });
  expect(code).toBe(0);
  const [request] = mock.getRequests();
  expect(request).toMatchObject({ path: '/v1/messages' });
  expect(request?.headers['x-api-key']).toBeDefined();
  const call = results().find((record) => record['span.type'] === 'llm');
  expect(call).toMatchObject({
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.response.finish_reasons': ['end_turn'],
    'gen_ai.usage.input_tokens': 40,
    'gen_ai.output.messages': messages(['assistant', 'Sunny.']),
  });
});

const LACKS: readonly (readonly [reason: string, call: Partial<SpanRecord>, search?: Partial<SpanRecord>])[] = [
  ['a model call: its input was not written (capture mode "metadata")', { 'spanline.capture.mode': 'metadata' }],
  ['a model call: its input was cut to fit a limit', { 'spanline.truncated': ['gen_ai.input.messages'] }],
  ['a retriever: its output was cut to fit a limit', {}, { 'spanline.truncated': ['gen_ai.retrieval.documents'] }],
  ['a model call: personal data was replaced; --redacted', { 'spanline.redactions': 1 }],
  ['a retriever: personal data was replaced; --redacted', {}, { 'spanline.redactions': 2 }],
  ['a model call was not finished', { 'span.status': 'aborted' }],
  ['its answer is on no line', { 'gen_ai.output.messages': undefined }],
  [
    'a part of type blob, which a line does not have in full',
    { 'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"blob","modality":"image"}]}]' },
  ],
  [
    'the definitions of its tools are on no line',
    { 'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"tool_call","name":"weather"}]}]' },
  ],
];

it('leaves traces out whose lines lack content, and says why', async () => {
  const records = LACKS.flatMap(([, call, search = {}], index) => question(index + 1, call, search));
  const { code, data } = await rerun([...records, ...question(LACKS.length + 1)], SEND, mock);
  expect(code).toBe(0);
  const { skipped, compared } = data();
  for (const [reason] of LACKS) expect(Object.entries(skipped)).toContainEqual([expect.stringContaining(reason), 1]);
  expect(compared).toBe(1);
  expect(mock.getRequests()).toHaveLength(1);
});

it('asks with placeholders where --redacted says so', async () => {
  const records = question(1, {
    'spanline.redactions': 1,
    'gen_ai.input.messages': messages(['user', 'Who is [EMAIL_1]?']),
  });
  expect((await rerun(records, [...SEND, '--redacted'], mock)).data().compared).toBe(1);
  expect(sent()).toEqual([{ role: 'user', content: 'Who is [EMAIL_1]?' }]);
});

it.each<[reason: string, prompt: string, call: Partial<SpanRecord>]>([
  ['no value of the variable tone', 'user:\n{{question}} {{tone}}', FILLED],
  ['no value of the variable question', 'user:\n{{question}}', {}],
  ['no model call has the prompt "answer"', 'Be brief.', { 'gen_ai.prompt.name': 'classify' }],
  [
    'the request has earlier turns, and the prompt has no place for them',
    'system:\nBe brief.\n\nuser:\n{{question}}',
    { ...FILLED, 'gen_ai.input.messages': messages(['user', 'Hi'], ['assistant', 'Hello'], ['user', 'So?']) },
  ],
])('leaves a trace out whose line lacks what the prompt needs: %s', async (reason, prompt, call) => {
  const { code, data } = await prompted(prompt, question(1, call));
  expect(code).toBe(1);
  expect(Object.keys(data().skipped)).toEqual([expect.stringContaining(reason)]);
  expect(mock.getRequests()).toEqual([]);
});

it('leaves traces without a model call out of the sample', async () => {
  const { data } = await rerun([...question(1).slice(2), ...question(2)], [...SEND, '--sample', '1'], mock);
  expect(data().compared).toBe(1);
});

it.each<[problem: string, args: readonly string[], files?: Record<string, string>]>([
  ['--model, --prompt, --set or --with must be given', []],
  ['--prompt: the file new.md does not exist', ['--prompt', 'new.md']],
  ['the front matter has no end', ['--prompt', 'new.md'], { 'new.md': '---\nname: x\n' }],
  ['--sample must be a whole number', ['--model', 'm', '--sample', 'many']],
  ['--sample must be a whole number', ['--model', 'm', '--sample', '0']],
  ['--max-usd must be US dollars', ['--model', 'm', '--max-usd', 'five']],
  ['--price must be two numbers', ['--model', 'm', '--price', '3']],
  ['--api must be openai or anthropic; did you mean openai?', ['--model', 'm', '--api', 'openia']],
  ['--base-url must be a URL', ['--model', 'm', '--base-url', 'localhost']],
  ['--base-url must be a URL without a password', ['--model', 'm', '--base-url', 'http://a:b@localhost']],
  ['--set must be name=value', ['--model', 'm', '--set', 'temperature']],
  ['--set must be name=value', ['--model', 'm', '--set', 'model=other']],
  ['did you mean groundedness?', ['--model', 'm', '--judge', 'groundednes']],
  ['--judge: ./none.js cannot be imported', ['--model', 'm', '--judge', './none.js']],
  ['exports no feedback function', ['--model', 'm', '--judge', './empty.mjs'], { 'empty.mjs': 'export const a = 1;' }],
  ['--with must be a module that exports', ['--with', './empty.mjs'], { 'empty.mjs': 'export const a = 1;' }],
  ['--set must be absent beside --with', ['--with', './p.mjs', '--set', 'a=1'], { 'p.mjs': 'export default () => 1;' }],
  ['--capture must be one of', ['--model', 'm', '--capture', 'some']],
  ['--out must be a file', ['--model', 'm', '--out', '.']],
  ['--yes must be absent beside --dry-run', ['--model', 'm', '--yes', '--dry-run']],
  ['unknown option "--modle"; did you mean "--model"?', ['--modle', 'm']],
  ['this quote is never closed', ['--model', 'm', '--where', 'name:"a']],
])('refuses wrong input at once: %s', async (problem, args, files = {}) => {
  const { code, stderr, stdout } = await rerun(question(1), args, { url: mock.url, files });
  expect(stderr).toContain(problem);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(mock.getRequests()).toEqual([]);
});

it('names the variable of a key that is missing', async () => {
  const { code, stderr } = await rerun(question(1), ['--model', 'gpt-4o'], { url: '', env: { OPENAI_BASE_URL: '' } });
  expect(code).toBe(64);
  expect(stderr).toContain('OPENAI_API_KEY is not set');
});
