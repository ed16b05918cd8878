/** From an alert to a test that stays: alert, explain, make-test, fix, green. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from 'spanline';
import { incident } from './incident.ts';

const EXAMPLE = fileURLToPath(new URL('..', import.meta.url));
const ALERT = 'Step Latency';

/** Runs a command of Spanline, as in a shell without a terminal. */
async function spanline(...args: string[]): Promise<string> {
  let text = '';
  const write = (part: string | Uint8Array): void => void (text += String(part));
  const stop = new AbortController().signal;
  await run(args, { stdin: process.stdin, stdout: { write }, stderr: { write }, env: {}, stop });
  return text.trimEnd();
}

/** Runs the tests of a folder. @param maxDocuments - the limit of the search. @defaultValue none */
function test(folder: string, maxDocuments?: number): { isGreen: boolean; output: string } {
  const require = createRequire(import.meta.url);
  const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
  const limit = maxDocuments === undefined ? {} : { MAX_DOCUMENTS: String(maxDocuments) };
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], {
    cwd: EXAMPLE,
    encoding: 'utf8',
    env: { PATH, HOME, NO_COLOR: '1', ...limit },
  });
  return { isGreen: status === 0, output: stdout + stderr };
}

/** A step of the repair, and the command that a person would have typed. */
export interface RepairStep {
  readonly command: string;
  readonly output: string;
  /** Of the runs of the test. */
  readonly isGreen?: boolean;
}

/** Goes from the incident to a green test. The log, the test and its lines are in a folder that is removed. */
export async function repair(): Promise<RepairStep[]> {
  // Inside of the example, so that the test finds its packages.
  const folder = mkdtempSync(join(EXAMPLE, '.child-repair-'));
  try {
    const log = join(folder, 'legal-rag.ndjson');
    const program = join(EXAMPLE, 'src/replayed.ts');
    const alert = (await incident(log)).split('\n').find((line) => line.includes(`${ALERT}:`)) ?? '';
    const explained = await spanline('explain', log, ALERT);
    const args = ['--alert', ALERT, '--out', folder, '--program', program, '--name', 'rerank-timeout'];
    const made = await spanline('make-test', log, ...args);
    writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};\n');
    const [before, after] = [test(folder), test(folder, 25)];
    const named = (text: string): string => text.replaceAll(`${folder}/`, '').replaceAll(EXAMPLE, '');
    return [
      { command: 'the alert', output: alert },
      { command: `npx spanline explain legal-rag.ndjson '${ALERT}'`, output: named(explained) },
      { command: `npx spanline make-test legal-rag.ndjson --alert '${ALERT}'`, output: named(made) },
      { command: 'npx vitest run', output: named(before.output), isGreen: before.isGreen },
      { command: 'MAX_DOCUMENTS=25 npx vitest run', output: named(after.output), isGreen: after.isGreen },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const steps = await repair();
  for (const { command, output } of steps) console.log(`$ ${command}\n${output}\n`);
  const [red, green] = steps.filter(({ isGreen }) => isGreen !== undefined);
  if (red?.isGreen !== false || green?.isGreen !== true) process.exitCode = 1;
}
