/** The page of the command line: every command on it is run, and prints what the page shows. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceLog } from '../support/service-log.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/cli.md');
const MAIN = join(ROOT, 'packages/cli/dist/main.js');

const SERVER = `import express from 'express';
import OpenAI from 'openai';

const app = express();
const openai = new OpenAI();

app.get('/ask', async (req, res) => {
  const answer = await openai.responses.create({ model: 'gpt-4o-mini', input: String(req.query.q) });
  res.send(answer.output_text);
});

app.listen(3000);
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanline-page-'));
  writeFileSync(join(folder, 'app.ndjson'), serviceLog());
  mkdirSync(join(folder, 'shop'));
  writeFileSync(join(folder, 'shop/package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'shop/server.js'), SERVER);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of a shell in the folder with the log. `spanline` is the compiled program. */
function runLine(line: string): { status: number | null; stdout: string; stderr: string } {
  const script = `spanline() { "${process.execPath}" "${MAIN}" "$@"; }\n${line.replaceAll('npx spanline', 'spanline')}`;
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', COLUMNS: '100', SPANLINE_SOURCE: 'app.ndjson' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const text = readFileSync(PAGE, 'utf8');

it('every command prints what the page shows (update it with -u)', async () => {
  let failures = '';
  const page = text.replaceAll(/^```console\n\$ (.+)\n[\s\S]*?^```$/gm, (_, line: string) => {
    const { status, stdout, stderr } = runLine(line);
    if (status !== 0) failures += `${line}: ${status} ${stderr}`;
    return `\`\`\`console\n$ ${line}\n${stdout}\`\`\``;
  });
  expect(failures).toBe('');
  await expect(page).toMatchFileSnapshot(PAGE);
});

describe('the ten questions to a log', () => {
  const section = text.slice(text.indexOf('## Ten questions'), text.indexOf('## Source and filter'));
  const commands = [...section.matchAll(/^\| (.+?) \| `(.+)` \|$/gm)].map(([, question = '', line = '']) => ({
    question,
    line,
  }));

  it('are ten', () => {
    expect(commands).toHaveLength(10);
  });

  it.each(commands)('have an answer by one command: $question', ({ line }) => {
    const { status, stdout, stderr } = runLine(line.replaceAll('\\|', '|'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').length).toBeGreaterThan(2);
  });
});
