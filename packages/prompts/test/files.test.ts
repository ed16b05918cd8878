import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePrompt, formatPromptFile, openPrompts, parsePromptFile, type Template } from '@spanline/prompts';
import { runs } from '../../../test/support/effort.ts';
import { folderOf, put } from './support/folder.ts';

const ANSWER = `---
description: Answers a question.
variables:
  question: string
  sentences: { type: number, default: 2 }
config: { model: gpt-4o }
---
system:
Answer in {{sentences}} sentences.

\\user:

user:
{{question}}
`;

describe('a folder of prompts', () => {
  it('has names and versions from its paths, or from the files', () => {
    const dir = folderOf({
      'answer/2.md': ANSWER,
      'answer/10.md': ANSWER.replace('Answer in', 'Reply in'),
      'support/greet.md': 'Hello, {{name}}.',
      'other.md': '---\nname: named\nversion: 1.5\n---\nText\n',
      'README.md': 'Not a prompt.',
    });
    const prompts = openPrompts({ dir });
    expect(prompts.list().map(({ name, version }) => `${name}@${version}`)).toEqual([
      'answer@2',
      'answer@10',
      'named@1.5',
      expect.stringMatching(/^support\/greet@[0-9a-f]{12}$/),
    ]);
    const answer = prompts.get('answer', { version: '2', variables: { question: 'string' } });
    expect(answer).toMatchObject({ description: 'Answers a question.', config: { model: 'gpt-4o' } });
    expect(answer.format({ question: 'Why?' })).toEqual([
      { role: 'system', content: 'Answer in 2 sentences.\n\nuser:' },
      { role: 'user', content: 'Why?' },
    ]);
    expect(prompts.get('support/greet').format({ name: 'Ada' })).toBe('Hello, Ada.');
  });

  it('gives each environment its version, and others the newest', () => {
    const dir = folderOf({
      'answer/9.md': 'nine',
      'answer/10.md': 'ten',
      'environments.yaml': 'production:\n  answer: 9\n',
    });
    expect(openPrompts({ dir, environment: 'production' }).get('answer').version).toBe('9');
    expect(openPrompts({ dir, environment: 'staging' }).get('answer').version).toBe('10');
  });

  it('is read again while it is developed: the prompt follows its file', () => {
    const dir = folderOf({ 'answer.md': 'one {{x}}' });
    const [live, fixed] = [openPrompts({ dir, reload: true }), openPrompts({ dir, reload: false })];
    const [follows, stays] = [live.get('answer', { variables: { x: 'string' } }), fixed.get('answer')];
    put(dir, 'answer.md', 'another {{x}}');
    expect([follows.format({ x: '!' }), stays.format({ x: '!' })]).toEqual(['another !', 'one !']);
    put(dir, 'answer.md', 'broken {{x');
    expect(() => follows.format({ x: '!' })).toThrow(/prompt answer: {{ must be followed/);
    put(dir, 'answer.md', 'no variable at all');
    expect(() => follows.format({ x: '!' })).toThrow(/the code fills in x, which it does not have/);
    put(dir, 'answer.md', 'mended {{x}}');
    expect(follows.run({ x: '!' }, (text) => text)).toBe('mended !');
    rmSync(join(dir, 'answer.md'));
    expect(() => follows.version).toThrow(/there is no prompt answer/);
  });

  it.each([
    ['no folder', {}, 'dir must be a folder'],
    ['no front matter that YAML knows', { 'a.md': '---\n: : [\n---\nx' }, 'a.md: the front matter cannot be read'],
    ['front matter without an end', { 'a.md': '---\nname: x\n' }, 'a.md: the front matter has no end'],
    ['an unknown key', { 'a.md': '---\nvaribles: {}\n---\nx' }, 'did you mean "a.md.variables"'],
    ['text in front of a message', { 'a.md': 'Hello\nuser:\nx' }, 'a.md: text must follow a line'],
    ['no text', { 'a.md': '' }, 'a.md: there is no text'],
    [
      'one version twice',
      { 'a.md': '---\nversion: 1\n---\nx', 'a/1.md': 'y' },
      'a/1.md and a.md are both version 1 of a',
    ],
    [
      'an unknown version',
      { 'a/1.md': 'x', 'environments.yaml': 'production: { a: 2 }' },
      'there is no version 2 of a',
    ],
    ['an unknown prompt', { 'a/1.md': 'x', 'environments.yaml': 'production: { b: 2 }' }, 'there is no prompt b'],
    ['no environments', { 'a/1.md': 'x', 'environments.yaml': '- a' }, 'environments.yaml must be a map'],
  ])('fails at once with %s', (_, files, problem) => {
    const dir = Object.keys(files).length === 0 ? join(folderOf({}), 'missing') : folderOf(files);
    expect(() => openPrompts({ dir })).toThrow(problem);
  });

  it('tells the code at once which variables it does not know', () => {
    const prompts = openPrompts({ dir: folderOf({ 'a.md': ANSWER }) });
    const get = (variables: object) => () => prompts.get('a', { variables: variables as Record<string, 'string'> });
    expect(get({ question: 'string', sentences: 'number' })).not.toThrow();
    expect(get({})).toThrow('the code does not fill in question');
    expect(get({ question: 'number' })).toThrow('question is a string, and the code has a number');
    expect(get({ question: 'string', extra: 'string' })).toThrow('the code fills in extra');
    expect(() => prompts.get('ansver')).toThrow('there is no prompt ansver');
  });
});

it('a file that is written is read back as it was', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('user:', '\\user:', 'messages: x', '---', '', ' ', 'text', '{{a}}'), { maxLength: 6 })
      .map((lines) => lines.join('\n')),
  );
  const escaped = text.map((value) => value.replaceAll(/\r/g, '').replaceAll('{{a}}', 'A').replaceAll('{{', '{ {'));
  const template: fc.Arbitrary<Template> = fc.oneof(
    escaped.filter((value) => value !== ''),
    fc.array(
      fc.oneof(
        fc.record({ role: fc.constantFrom('system' as const, 'user' as const), content: escaped }),
        fc.constant({ messages: 'history' }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  );
  fc.assert(
    fc.property(template, fc.constantFrom('p.md', 'p/3.md', 'q.md'), (given, path) => {
      const prompt = { name: 'p', version: '3', template: given };
      const read = parsePromptFile(formatPromptFile(prompt, path), path);
      expect(read).toEqual(prompt);
      expect(definePrompt(read).templateSha256).toBe(definePrompt(prompt).templateSha256);
    }),
    { numRuns: runs(200, 5000) },
  );
});
