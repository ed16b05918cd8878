import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, fromCatalog, packedTarballs, removeFolders } from './workspace.ts';

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packedTarballs();
});

afterAll(removeFolders);

const ASK = `new FakeListChatModel({ responses: ['Hello!'] }).pipe(new StringOutputParser()).invoke('Hi')`;
const COMMON = `const { FakeListChatModel } = require('@langchain/core/utils/testing'); const { StringOutputParser } = require('@langchain/core/output_parsers');`;
const FILES = {
  'host.mjs': `import { FakeListChatModel } from '@langchain/core/utils/testing'; import { StringOutputParser } from '@langchain/core/output_parsers'; await ${ASK};`,
  'host.cjs': `${COMMON} ${ASK};`,
  'asks.cjs': `require('@spanline/langchain/register'); ${COMMON} ${ASK};`,
  'calls.cjs': `const off = require('@spanline/langchain/global').registerGlobally(); ${COMMON} ${ASK}.then(off).then(() => ${ASK});`,
  'calls.mjs': `import { registerGlobally } from '@spanline/langchain/global'; import { FakeListChatModel } from '@langchain/core/utils/testing';
    import { StringOutputParser } from '@langchain/core/output_parsers'; const off = registerGlobally(); await ${ASK}; off(); await ${ASK};`,
};

describe.each([
  ['0.3', '@langchain/core@0.3.80'],
  ['1.x', fromCatalog('@langchain/core')],
])('@langchain/core %s', (_line, core) => {
  const REGISTER = '@spanline/langchain/register';
  let project: string;

  beforeAll(() => {
    project = createProject(tarballs, ['core', 'langchain'], [core], FILES);
  });

  function spansOf(args: readonly string[], env: Record<string, string> = {}): string[] {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    if (status !== 0) throw new Error(stderr);
    const lines = stdout.split('\n').filter((line) => line.includes('"span.end"'));
    return lines.map((line) => String((JSON.parse(line) as Record<string, unknown>)['span.name']));
  }

  it.each([
    ['an ES module with --import', ['--import', REGISTER, 'host.mjs']],
    ['an ES module with --require', ['--require', REGISTER, 'host.mjs']],
    ['an ES module that calls registerGlobally and takes it away', ['calls.mjs']],
    ['CommonJS with --import', ['--import', REGISTER, 'host.cjs']],
    ['CommonJS with --require', ['--require', REGISTER, 'host.cjs']],
    ['CommonJS that asks for it', ['asks.cjs']],
    ['CommonJS that calls registerGlobally and takes it away', ['calls.cjs']],
  ])('is traced, each run once: %s', (_host, args) => {
    expect(spansOf(args)).toEqual(['chat FakeListChatModel', 'StrOutputParser', 'RunnableSequence']);
  });

  it('stays as it is when Spanline is switched off', () => {
    expect(spansOf(['--import', REGISTER, 'host.mjs'], { SPANLINE_ENABLED: 'false' })).toEqual([]);
  });
});
