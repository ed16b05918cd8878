/** The output on the page of reruns is of the command on it, at a terminal, on a log and a provider of this test. */

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LLMock } from '@copilotkit/aimock';
import { run } from 'spanline';
import { expect, it, onTestFinished } from 'vitest';
import { question } from '../../packages/cli/test/rerun/support.ts';
import { lines } from '../../packages/query/test/support/logs.ts';

const PAGE = join(import.meta.dirname, '../../docs/rerun.md');
const PROMPT = 'Answer from the contracts alone, in one sentence. If they do not say it, say so.\n';
const QUESTIONS = 60;
/** No machine is so busy that the provider of the test takes as long. */
const RECORDED_MS = 9000;

/** Of some questions the search lacks its query: personal data was replaced, or it was never written. */
function asked(number: number): ReturnType<typeof question> {
  const search =
    number % 10 === 3
      ? { 'spanline.redactions': 1 }
      : number % 20 === 9
        ? { 'spanline.capture.mode': 'metadata' as const, 'gen_ai.retrieval.query.text': undefined }
        : {};
  const trace_id = createHash('sha256').update(String(number)).digest('hex').slice(0, 32);
  return question(number, { duration_ms: RECORDED_MS }, search).map((record) => ({
    ...record,
    trace_id,
    ...(record['span.type'] === 'http' ? { 'http.route': '/ask' } : {}),
  }));
}

async function provider(): Promise<LLMock> {
  const mock = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  await mock.start();
  onTestFinished(async () => {
    await mock.stop();
  });
  mock.on({ predicate: () => true }, (request) => {
    const [, number = '0'] = /contract (\d+)\?/.exec(JSON.stringify(request.messages.at(-1))) ?? [];
    const isRefused = Number(number) % 9 === 0;
    return {
      content: isRefused ? 'I cannot help with legal questions.' : `Contract ${number} lasts ${number} months.`,
      usage: { prompt_tokens: 1040, completion_tokens: isRefused ? 8 : 12 },
    };
  });
  return mock;
}

/** Runs a command line at a terminal where somebody types `y`. @returns the text on the screen */
async function screenOf(commandLine: string, cwd: string, url: string): Promise<string> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  let text = '';
  const stderr = {
    isTTY: true,
    write(printed: string | Uint8Array) {
      text += String(printed);
      if (!text.endsWith('[y/N] ')) return;
      text += 'y\n';
      stdin.write('y\n');
    },
  };
  const args = [...commandLine.matchAll(/'([^']*)'|[^\s\\]+/g)].map(([word, quoted]) => quoted ?? word).slice(2);
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const stdout = { write: (printed: string | Uint8Array) => (text += String(printed)) };
    const env = { LANG: 'C.UTF-8', COLUMNS: '100', OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'key' };
    const code = await run(args, { stdin, stdout, stderr, env, stop: new AbortController().signal });
    expect({ code, text }).toEqual({ code: 0, text });
  } finally {
    process.chdir(before);
  }
  // A carriage return goes over the line again.
  return text.replaceAll(/[^\n]*\r/g, '').replaceAll('\u001b[K', '');
}

/** Parts that differ in each run: where the provider listens, and how fast it was. */
const VARYING = [/http:\/\/127\.0\.0\.1:\d+/, /^model time .*$/m];

it('the command prints what the page shows (update it with -u)', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const block = /^```text\n\$ (npx spanline rerun [^$]*?[^\\])\n(To be sent[\s\S]*?)^```$/m;
  const [whole = '', commandLine = '', shown = ''] = block.exec(page) ?? [];
  const cwd = mkdtempSync(join(tmpdir(), 'spanline-page-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  mkdirSync(join(cwd, 'prompts'));
  writeFileSync(join(cwd, 'prompts/answer.md'), PROMPT);
  const records = Array.from({ length: QUESTIONS }, (_, index) => asked(index + 1)).flat();
  writeFileSync(join(cwd, 'app.ndjson'), lines(...records));
  let screen = await screenOf(commandLine, cwd, (await provider()).url);
  for (const part of VARYING) {
    expect(screen).toMatch(part);
    screen = screen.replace(part, (own) => part.exec(shown)?.[0] ?? own);
  }
  await expect(page.replace(whole, () => `\`\`\`text\n$ ${commandLine}\n${screen}\`\`\``)).toMatchFileSnapshot(PAGE);
});
