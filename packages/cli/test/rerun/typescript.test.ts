/** Programs in TypeScript, on a Node.js that runs none. */
import { expect, it } from 'vitest';
import { lines } from '../../../query/test/support/logs.ts';
import { folderWith, program } from '../support/cli.ts';
import { questions } from './support.ts';

const OFF = '--no-experimental-strip-types';
/** Newer versions run TypeScript unless they are told not to. */
const nodeOptions = process.allowedNodeEnvironmentFlags.has(OFF) ? [OFF] : [];

it.each(['--with', '--judge'])('says how to run a module of %s in TypeScript', async (flag) => {
  const source = 'export const program = (input: unknown): string => String(input);';
  const cwd = folderWith({ 'app.ndjson': lines(...questions(1)), 'agent.ts': source });
  const args = ['rerun', 'app.ndjson', '--model', 'gpt-4o-mini', flag, './agent.ts', '--dry-run'];
  const env = { OPENAI_API_KEY: 'key' };
  const { code, stderr } = await program(args, { cwd, env, nodeOptions });
  expect(stderr).toContain(`${flag}: Node.js ${process.versions.node} runs no TypeScript (./agent.ts). Compile it, or`);
  expect(stderr).toContain('NODE_OPTIONS="--import tsx" npx spanline rerun');
  expect(code).toBe(64);
});
