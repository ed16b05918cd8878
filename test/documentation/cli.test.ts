/** The page of the command line: every command on it is run, and prints what the page shows. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, MAIN, type Outcome } from '../../packages/cli/test/support/cli.ts';
import { serviceLog } from '../support/service-log.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/cli.md');

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

const WORDS = /^npx spanline((?: +(?:'[^']*'|\\.|[^\s'"\\|<>&;$`])+)+)$/;
const WORD = /(?:'[^']*'|\\.|[^\s'\\])+/g;
const QUOTING = /'([^']*)'|\\(.)/g;

/** The arguments of a line that is one command; undefined for one with pipes, or with other programs. */
function argumentsOf(line: string): string[] | undefined {
  const [, words] = WORDS.exec(line) ?? [];
  return words?.match(WORD)?.map((word) => word.replaceAll(QUOTING, '$1$2'));
}

/** Runs a line in the folder with the log: a command in this process, others in a shell with the compiled program. */
async function runLine(line: string): Promise<Outcome> {
  const env = { COLUMNS: '100', SPANLINE_SOURCE: 'app.ndjson' };
  const args = argumentsOf(line);
  if (args !== undefined) return cli(args, { cwd: folder, env });
  const script = `spanline() { "${process.execPath}" "${MAIN}" "$@"; }\n${line.replaceAll('npx spanline', 'spanline')}`;
  const all = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...env };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, env: all, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

const text = readFileSync(PAGE, 'utf8');

it('every command prints what the page shows (update it with -u)', async () => {
  let failures = '';
  let page = text;
  for (const [block, line = ''] of text.matchAll(/^```console\n\$ (.+)\n[\s\S]*?^```$/gm)) {
    const { code, stdout, stderr } = await runLine(line);
    if (code !== 0) failures += `${line}: ${code} ${stderr}`;
    page = page.replace(block, () => `\`\`\`console\n$ ${line}\n${stdout}\`\`\``);
  }
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

  it.each(commands)('have an answer by one command: $question', async ({ line }) => {
    const { code, stdout, stderr } = await runLine(line.replaceAll('\\|', '|'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').length).toBeGreaterThan(2);
  });
});
