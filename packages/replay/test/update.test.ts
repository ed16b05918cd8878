/** `spanline make-test`, its test in vitest, and `--update`, as a user runs them: each in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LLMock } from '@copilotkit/aimock';
import { expect, it, onTestFinished } from 'vitest';
import { folderWith, type Outcome, program } from '../../cli/test/support/cli.ts';

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));
const OPENAI = fileURLToPath(new URL('../node_modules/openai', import.meta.url));
const VITEST = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));

/** Answers a question with documents, and says `system` to the model. */
const ANSWER = `import OpenAI from 'openai';
import { retrieverSpan } from '@spanline/core';
import { wrapOpenAI } from '@spanline/openai';

export async function search(query) {
  return [{ id: 'a', content: 'The notice is three months.' }];
}

export function answer(question, { tracer, search, fetch, system = 'Be brief.' }) {
  return tracer.withSpan({ name: 'ask', type: 'chain', input: question }, async (span) => {
    const documents = await retrieverSpan({ tracer, name: 'docs', query: question }, () => search(question));
    const baseURL = process.env.MODEL_URL + '/v1';
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL, maxRetries: 0, fetch }), { tracer });
    const content = documents.map((one) => one.content).join() + ' ' + question;
    const messages = [{ role: 'system', content: system }, { role: 'user', content }];
    const { choices } = await client.chat.completions.create({ model: 'gpt-4o', messages });
    span.output(choices[0].message.content);
  });
}
`;

/** Is asked twice and writes its log to standard output. */
const APP = `import { createLogger, createTracer } from '@spanline/core';
import { answer, search } from './answer.mjs';

const logger = createLogger({ base: { 'service.name': process.argv[2] } }, process.stdout);
const tracer = createTracer({ logger, statsIntervalSeconds: 0 });
await answer(process.argv[3], { tracer, search, fetch });
await tracer.shutdown();
`;

const programText = (system: string): string => `import { answer, search } from './answer.mjs';

export const program = (question, { recorded, tracer }) =>
  answer(question, {
    tracer,
    search: recorded.retriever('docs', search),
    fetch: recorded.fetch,
    system: ${JSON.stringify(system)},
  });
`;

it('keeps a trace as a test, which --update records again after a change, unless the new run fails', async () => {
  const provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  let said = 'Three months.';
  provider.on({ predicate: () => true }, () =>
    said === '' ? { error: { message: 'down', type: 'server_error' }, status: 500 } : { content: said },
  );
  await provider.start();
  onTestFinished(() => provider.stop());
  const cwd = realpathSync(
    folderWith({
      'package.json': '{ "type": "module" }',
      'answer.mjs': ANSWER,
      'app.mjs': APP,
      'program.mjs': programText('Be brief.'),
    }),
  );
  mkdirSync(join(cwd, 'node_modules/@spanline'), { recursive: true });
  symlinkSync(VITEST, join(cwd, 'node_modules/vitest'));
  symlinkSync(OPENAI, join(cwd, 'node_modules/openai'));
  for (const name of ['core', 'evals', 'openai', 'replay'])
    symlinkSync(join(PACKAGES, name), join(cwd, 'node_modules/@spanline', name));
  const env = { MODEL_URL: provider.url, NO_COLOR: '1', PATH: process.env['PATH'] ?? '' };
  const node = (...args: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });

  // Two programs write one log.
  const logs = await Promise.all([node('app.mjs', 'law', 'How long?'), node('app.mjs', 'shop', 'How long is it?')]);
  const log = logs.flatMap(({ stdout, stderr }) =>
    [...stdout.trim().split('\n'), stderr].filter((line) => line !== ''),
  );
  writeFileSync(join(cwd, 'app.ndjson'), `${log.toSorted().join('\n')}\n`);
  const id = (JSON.parse(log[0] ?? '') as { trace_id: string }).trace_id;
  const args = ['app.ndjson', id, '--name', 'notice', '--program', 'program.mjs'];
  const made = await program(['make-test', ...args], { cwd, env });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const fixture = (): string => readFileSync(join(cwd, 'test/replay/notice.ndjson'), 'utf8');
  expect(fixture().trim().split('\n')).toHaveLength(3);

  // The program changes, so that its request is not the recorded one.
  writeFileSync(join(cwd, 'program.mjs'), programText('Be long.'));
  const before = fixture();
  said = '';
  const failed = await program(['make-test', '--update'], { cwd, env });
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.stdout + failed.stderr).toContain('ERR_REPLAY_UPDATE');
  expect(fixture()).toBe(before);

  said = 'Six months.';
  expect(await program(['make-test', '--update', '--live', 'model'], { cwd, env })).toMatchObject({ code: 0 });
  expect(fixture()).toContain('Six months.');
  const asked = provider.getRequests().length;
  expect(await node(join(VITEST, 'vitest.mjs'), 'run')).toMatchObject({ code: 0 });
  expect(provider.getRequests()).toHaveLength(asked);
});

it('--update needs no source of lines, but vitest', async () => {
  const { code, stderr } = await program(['make-test', '--update'], { cwd: folderWith({ 'package.json': '{}' }) });
  expect(code).toBe(64);
  expect(stderr).toContain('vitest is not installed in this folder');
});
