import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, fromCatalog, packedTarballs, removeFolders, ROOT, run } from './workspace.ts';

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packedTarballs();
});

afterAll(removeFolders);

/** A program that prints one span; `load` brings in `createTracer`. */
function program(load: string): string {
  return `${load}
const tracer = createTracer({ service: { name: 'newcomer' } });
tracer.withSpan({ name: 'answer', type: 'chain' }, (span) => { span.input('hi').output('hello'); });
`;
}

describe('core, installed from its tarball', () => {
  it('writes the same line from an ES module and from CommonJS', () => {
    const project = createProject(tarballs, ['core'], [], {
      'module.mjs': program("import { createTracer } from '@spanline/core';"),
      'common.cjs': program("const { createTracer } = require('@spanline/core');"),
    });
    for (const file of ['module.mjs', 'common.cjs']) {
      const [line = ''] = run(process.execPath, [file], project).split('\n');
      expect(JSON.parse(line)).toMatchObject({
        'event.name': 'span.end',
        'span.name': 'answer',
        'span.type': 'chain',
        'service.name': 'newcomer',
        'spanline.input': '"hi"',
        'spanline.output': '"hello"',
      });
    }
  });

  it('loads in Jest with the one line that docs/testing.md gives', () => {
    const documented = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
    const line = /transformIgnorePatterns: \[.*\]/.exec(documented)?.[0];
    expect(line).toBeDefined();
    const project = createProject(tarballs, ['core'], ['jest@30.5.0', '@swc/core@1.15.43', '@swc/jest@0.2.39'], {
      'jest.config.cjs': `module.exports = { ${line}, transform: { '^.+\\\\.[jt]s$': ['@swc/jest', { module: { type: 'commonjs' } }] } };`,
      'answer.test.js': `const { createTracer } = require('@spanline/core');
        const { memoryLog, tree } = require('@spanline/core/testing');
        test('traces', () => {
          const log = memoryLog();
          createTracer({ logger: log.logger }).withSpan({ name: 'answer', type: 'chain' }, () => 'hello');
          expect(tree(log.records())).toBe('chain answer');
        });`,
    });
    run('npx', ['jest', '--ci'], project);
  });
});

describe('the types', () => {
  const load = (path: string): string => `import express${path}
import { createTracer, observe, type Span } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';

const log = memoryLog();
const tracer = createTracer({ logger: log.logger });
express().use(spanlineExpress({ tracer }));
const answer: (question: string) => Promise<string> = observe(async (question: string) => question, { tracer });
tracer.withSpan('ask', (span: Span) => answer(span.name)).then(() => tree(log.records()));
`;

  it('compile with skipLibCheck off, in ES modules, CommonJS and for bundlers', () => {
    const others = ['typescript@5.9.3', fromCatalog('@types/node'), fromCatalog('@types/express')];
    const project = createProject(tarballs, ['core', 'express'], [...others, fromCatalog('express')], {
      'module.mts': load(` from 'express';`),
      'common.cts': load(` = require('express');`),
    });
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node'];
    const compile = (...args: string[]): string => run('npx', ['tsc', ...strict, ...args], project);
    expect(compile('--module', 'nodenext', 'module.mts', 'common.cts')).toBe('');
    expect(compile('--module', 'esnext', '--moduleResolution', 'bundler', 'module.mts')).toBe('');
  });
});
