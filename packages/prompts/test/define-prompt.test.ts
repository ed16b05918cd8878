import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { definePrompt } from '@spanline/prompts';

const answer = definePrompt({
  name: 'answer',
  version: '3',
  template: [
    { role: 'system', content: 'Answer in {{ sentences }} sentences, {{tone}}. Facts: {{facts}}' },
    { messages: 'history' },
    { role: 'user', content: '{{question}}' },
  ],
  variables: {
    question: 'string',
    sentences: { type: 'number', default: 2 },
    tone: { type: 'string', values: ['friendly', 'formal'] },
    facts: 'json',
    history: 'messages',
  },
});

const values = { question: 'Why?', tone: 'formal', facts: { sky: 'blue' }, history: [{ role: 'user', content: 'Hi' }] };

describe('a prompt', () => {
  it('fills its variables in, and puts messages in their place', () => {
    expect(answer.format({ ...values, tone: 'formal' })).toEqual([
      { role: 'system', content: 'Answer in 2 sentences, formal. Facts: {"sky":"blue"}' },
      { role: 'user', content: 'Hi' },
      { role: 'user', content: 'Why?' },
    ]);
  });

  it('has the types of its variables', () => {
    type Given = Parameters<typeof answer.format>[0];
    expectTypeOf<Given['question']>().toEqualTypeOf<string>();
    expectTypeOf<Given['tone']>().toEqualTypeOf<'friendly' | 'formal'>();
    expectTypeOf<Given['sentences']>().toEqualTypeOf<number | undefined>();
    const plain = definePrompt({ name: 'plain', template: 'Say {{word}} to {{ name }}, not \\{{this}}.' });
    expectTypeOf<Parameters<typeof plain.format>[0]>().toEqualTypeOf<{ word: string; name: string }>();
    expectTypeOf(plain.format).returns.toEqualTypeOf<string>();
    expect(plain.format({ word: 'hello', name: 'Ada' })).toBe('Say hello to Ada, not {{this}}.');
    // All of its variables have defaults, so that nothing must be given.
    expect(
      definePrompt({ name: 'x', template: '{{a}}', variables: { a: { type: 'number', default: 0 } } }).format(),
    ).toBe('0');
  });

  it('does not read what is filled in', () => {
    const echo = definePrompt({ name: 'echo', template: '<{{text}}>' });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('{{text}}', '\\{{', '$&', '$1', '}}{{')), (text) => {
        expect(echo.format({ text })).toBe(`<${text}>`);
      }),
    );
  });

  it('is known by a hash of its template, whatever its name, its version and its variables', () => {
    const one = definePrompt({ name: 'a', template: 'Say {{x}}' });
    const two = definePrompt({ name: 'b', version: '9', template: 'Say {{x}}', variables: { x: 'number' } });
    expect(one.templateSha256).toBe(two.templateSha256);
    expect(one.version).toBe(one.templateSha256.slice(0, 12));
    expect(definePrompt({ name: 'a', template: 'Say {{x}}!' }).templateSha256).not.toBe(one.templateSha256);
  });

  it('keeps braces that are text', () => {
    const given = definePrompt({ name: 'json', template: 'Write {"a": {{{value}}}} or { } or \\{{x}}' });
    expect(given.format({ value: '1' })).toBe('Write {"a": {1}} or { } or {{x}}');
  });
});

describe('a mistake', () => {
  const at = (problem: string): RegExp => new RegExp(problem);

  it.each([
    ['a value that is missing', { ...values, question: undefined }, 'prompt answer.question must be a string'],
    ['a value that is unknown', { ...values, questoin: 'x' }, 'did you mean "prompt answer.question"'],
    ['a value of the wrong type', { ...values, sentences: '2' }, 'prompt answer.sentences must be a number'],
    ['a value that is not allowed', { ...values, tone: 'rude' }, 'prompt answer.tone must be one of friendly, formal'],
    ['a list that is none', { ...values, history: 'Hi' }, 'prompt answer.history must be a list of messages'],
    ['JSON that cannot be written', { ...values, facts: undefined }, 'prompt answer.facts must be'],
  ])('names %s, and not the value', (_, given, problem) => {
    expect(() => answer.format(given as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_VARIABLE', message: expect.stringMatching(at(problem)) as string }),
    );
    expect(() => answer.format({ ...values, sentences: 'my secret' } as never)).not.toThrow(/my secret/);
  });

  it.each([
    ['an unknown variable', { template: '{{a}}', variables: {} }, 'the template has the variable a'],
    [
      'an unused variable',
      { template: 'x', variables: { a: 'string' } },
      '"variables" has a, and the template does not',
    ],
    ['braces without a name', { template: 'Use {{#if x}}' }, 'must be followed by the name of a variable'],
    ['braces without an end', { template: 'Use {{x' }, 'write \\\\{{ for two braces'],
    ['a list in a text', { template: '{{a}}', variables: { a: 'messages' } }, 'a is a list of messages'],
    ['a wrong default', { template: '{{a}}', variables: { a: { type: 'number', default: 'x' } } }, 'the default of a'],
    ['an unknown role', { template: [{ role: 'tool', content: 'x' }] }, 'role must be one of system'],
    ['an unknown type', { template: '{{a}}', variables: { a: 'strnig' } }, 'variables.a must be'],
  ])('is found when the prompt is defined: %s', (_, options, problem) => {
    expect(() => definePrompt({ name: 'p', ...options } as never)).toThrow(at(problem));
  });
});
