/** Ctrl-C in the middle of `spanline rerun`, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lines } from '../../../query/test/support/logs.ts';
import { folderWith, MAIN, program } from '../support/cli.ts';
import { questions } from './support.ts';

/** A server that answers some requests, and leaves the others open until it is told to answer them too. */
async function server(answers: number) {
  let asked = 0;
  let isOpen = false;
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      asked++;
      if (!isOpen && asked > answers) return;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          model: 'gpt-4o-mini',
          choices: [{ message: { role: 'assistant', content: 'Twelve months.' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 10, completion_tokens: 3 },
        }),
      );
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    openAll: () => void (isOpen = true),
  };
}

it('keeps what was done at Ctrl-C, and goes on with the rest', async () => {
  const { url, asked, openAll } = await server(3);
  const cwd = folderWith({ 'app.ndjson': lines(...questions(6)) });
  const args = ['rerun', 'app.ndjson', '--model', 'gpt-4o-mini', '--yes', '--json', '--out', 'results.ndjson'];
  const env = { PATH: process.env['PATH'] ?? '', OPENAI_BASE_URL: url };
  const results = join(cwd, 'results.ndjson');
  const done = (): number =>
    existsSync(results) ? readFileSync(results, 'utf8').split('"labels.item"').length - 1 : 0;

  const child = spawn(process.execPath, [MAIN, ...args, '--concurrency', '2'], { cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await expect.poll(() => done() === 3 && asked() >= 4, { timeout: 120_000 }).toBe(true);
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(130);
  expect(stderr).toContain('3 of 6 traces are in results.ndjson; the same command goes on');
  expect(done()).toBe(3);

  const before = asked();
  openAll();
  const rest = await program(args, { cwd, env });
  expect(rest.code).toBe(0);
  expect(JSON.parse(rest.stdout)).toMatchObject({ compared: 6, left: 0 });
  expect(asked() - before).toBe(3);
}, 300_000);
