/** Each command loads its own packages alone. */

import { expect, it } from 'vitest';
import { ASK_LOG } from './support/ask-log.ts';
import { folderWith, program } from './support/cli.ts';

/** Prints the address of every module that is loaded. */
const HOOK = `export async function load(url, context, next) {
  process._rawDebug(url);
  return next(url, context);
}`;
const REGISTER = `import { register } from 'node:module';
register('data:text/javascript,${encodeURIComponent(HOOK)}');`;

async function packagesOf(args: readonly string[], cwd: string): Promise<string[]> {
  const nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(REGISTER)}`];
  const { stderr } = await program(args, { cwd, nodeOptions });
  const names = [
    ...stderr.matchAll(
      /packages\/(\w+)\/dist\/|node_modules\/(@babel\/parser|@modelcontextprotocol\/sdk|diff|magic-string|zod)\//g,
    ),
  ].map(([, own, installed]) => own ?? installed ?? '');
  return [...new Set(names)].toSorted();
}

it('spanline ship loads no query, and questions load no shipper and no tracer', async () => {
  const cwd = folderWith({ 'app.ndjson': ASK_LOG });
  expect(await packagesOf(['--version'], cwd)).toEqual(['cli', 'record']);
  // Clusters are asked by the HTTP client of remote.
  expect(await packagesOf(['stats', 'app.ndjson'], cwd)).toEqual(['cli', 'pretty', 'query', 'record', 'remote']);
  // Paths may hold what a terminal acts on, which pretty makes safe.
  expect(await packagesOf(['ship', '--status', '--dir', cwd], cwd)).toEqual([
    'cli',
    'pretty',
    'record',
    'remote',
    'ship',
  ]);
});

it('spanline mcp alone loads the protocol of agents', async () => {
  const cwd = folderWith({});
  expect(await packagesOf(['mcp', '--help'], cwd)).toEqual(
    expect.arrayContaining(['@modelcontextprotocol/sdk', 'cli', 'query', 'zod']),
  );
  expect(await packagesOf(['explain', '--help'], cwd)).not.toContain('@modelcontextprotocol/sdk');
});

it('spanline init alone loads a parser of sources', async () => {
  const cwd = folderWith({ 'package.json': '{}', 'app.ndjson': ASK_LOG });
  const parsers = ['@babel/parser', 'diff', 'magic-string'];
  expect(await packagesOf(['init', '--dry-run'], cwd)).toEqual(expect.arrayContaining(parsers));
  const doctor = await packagesOf(['doctor', 'app.ndjson'], cwd);
  expect(doctor).toContain('query');
  expect(doctor.filter((name) => parsers.includes(name))).toEqual([]);
});
