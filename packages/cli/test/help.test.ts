import { Readable } from 'node:stream';
import { run } from 'spanline';
import { describe, expect, it } from 'vitest';

async function help(columns: number | undefined, ...command: readonly string[]): Promise<string> {
  let text = '';
  const code = await run([...command, '--help'], {
    stdin: Readable.from([]),
    stdout: { write: (part) => (text += String(part)), ...(columns === undefined ? {} : { columns }) },
    stderr: { write: () => true },
    env: {},
    stop: new AbortController().signal,
  });
  expect(code).toBe(0);
  return text;
}

const HELP = await help(undefined);
const COMMANDS = [...HELP.matchAll(/^ {2}([a-z][a-z-]*) {2,}/gm)].map(([, name = '']) => name);
const wordsOf = (text: string): string[] => text.split(/\s+/);

it('the list of commands fits a terminal of 80 columns as it is', () => {
  expect(COMMANDS.length).toBeGreaterThan(25);
  for (const line of HELP.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

describe.each(COMMANDS)('the help of %s', (name) => {
  it.each([80, 60])('fits a terminal of %i columns, with the same words', async (columns) => {
    const [whole, wrapped] = [await help(undefined, name), await help(columns, name)];
    expect(wordsOf(wrapped)).toEqual(wordsOf(whole));
    // A usage, an address or an example is one word and stays in one piece.
    for (const line of wrapped.split('\n'))
      if (line.trim().includes(' ')) expect(line.length, line).toBeLessThanOrEqual(columns);
  });
});

it('continues a text under its beginning, and joins the lines of a paragraph', async () => {
  const text = await help(60, 'alerts');
  expect(text).toContain(
    ['backtest   when each rule would have fired on a log, with', '           its windows and baselines'].join('\n'),
  );
  expect(text).toContain(
    [
      'Rules are a JSON file with an array of rules, a JavaScript',
      'module that exports one as "rules" or default, an expression',
      'such as \'p95(rerank) < 2s\', or "default" for the rules that',
      'a monitor has by default.',
    ].join('\n'),
  );
});
