import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, packedTarballs, removeFolders, run } from './workspace.ts';

let project = '';

/** Logs three spans into a spool, and waits for what `end` says. */
const program = (to: string, end: string): string => `
import { createLogger, createTracer } from '@spanline/core';
import { file, spool } from '@spanline/ship';
const spooled = spool({ dir: process.argv[2], to: ${to} });
const tracer = createTracer({ logger: createLogger({}, spooled) });
for (const name of ['a', 'b', 'c']) tracer.startSpan({ name, type: 'task' }).end();
${end}
`;

beforeAll(() => {
  project = createProject(packedTarballs(), ['core', 'ship', 'cli'], [], {
    'beside.mjs': program('[file({ path: process.argv[3] })]', 'console.log(await spooled.close());'),
    'own.mjs': program('[tape(process.argv[3])]', 'console.log(await spooled.close());').replace(
      'import { file,',
      "import { tape } from './tape.mjs';\nimport {",
    ),
    'tape.mjs': `
import { appendFileSync } from 'node:fs';
export const createSink = ({ path }) => ({
  limits: { bytes: 1e6, entries: 100, lingerMs: 0, concurrency: 1 },
  encode: (line) => ({ kind: 'entry', parts: [line.bytes, '\\n'] }),
  async send(batch) {
    appendFileSync(path, batch.body());
    return { kind: 'stored' };
  },
});
export const tape = (path) => ({ name: 'tape', module: import.meta.url, options: { path }, createSink });
`,
    'killed.mjs': program('[]', "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);"),
    'preload.mjs': "import { threadId } from 'node:worker_threads'; console.log('loaded in thread', threadId);",
  });
});

afterAll(removeFolders);

const spans = (path: string): unknown[] =>
  readFileSync(join(project, path), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as Record<string, unknown>)['span.name'])
    .filter((name) => name !== undefined);

describe('@spanline/ship, installed from its tarball', () => {
  it.each([
    ['--import', ['--import', './preload.mjs'], {}],
    ['NODE_OPTIONS', [], { NODE_OPTIONS: '--import ./preload.mjs' }],
  ])('ships from a worker thread that loads nothing of what %s loads into the application', (name, args, env) => {
    const out = `${name}.ndjson`;
    const stdout = run(process.execPath, [...args, 'beside.mjs', `spool${name}`, out], project, env);
    expect(stdout).toBe('loaded in thread 0\ntrue\n');
    expect(spans(out)).toEqual(['a', 'b', 'c']);
  });

  it('ships from the worker thread to a sink of the application', () => {
    expect(run(process.execPath, ['own.mjs', 'spool-own', 'own.ndjson'], project)).toBe('true\n');
    expect(spans('own.ndjson')).toEqual(['a', 'b', 'c']);
  });
});

describe('spanline, installed from its tarball', () => {
  it('ships from the command line what an application left that was killed, and says when it was', () => {
    expect(() => run(process.execPath, ['killed.mjs', 'left'], project)).toThrow(/ended with null/);
    const ship = ['spanline', 'ship', '--dir', 'left'];
    expect(run('npx', [...ship, '--to', 'file=left.ndjson', '--once'], project)).toBe('file  3 shipped, 0 refused\n');
    expect(spans('left.ndjson')).toEqual(['a', 'b', 'c']);
    expect(() => run('npx', [...ship, '--status'], project)).toThrow(/not running; .*\nfile {2}3 lines/);
  });
});
