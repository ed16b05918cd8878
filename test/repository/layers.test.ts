import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkLayers, findGone } from '../../scripts/layers/check.ts';
import { type LayerTable, layerTable } from '../../scripts/layers/table.ts';

const roots: string[] = [];

/** The complaints about a workspace made of these files, as `path:line message`. */
function complaints(files: Record<string, string>, table: LayerTable = layerTable): string[] {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'packages', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return checkLayers(root, table).map(({ at, message }) => `${at} ${message}`);
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

describe('layers', () => {
  it('are kept by this workspace', () => {
    const root = join(import.meta.dirname, '../..');
    expect([...checkLayers(root, layerTable), ...findGone(root, layerTable)]).toEqual([]);
  });

  it('let a room import the floors below it and a source import core', () => {
    expect(
      complaints({
        'core/src/trace/span.ts': `import '../context/index.ts';\nimport pino from 'pino';\nimport 'node:fs';`,
        'core/src/context/index.ts': `export const x = 1;`,
        'express/src/index.ts': `import { x } from '@spanline/core';\nimport type { Request } from 'express';`,
        'openai/src/register.ts': `import 'openai';\nimport '@spanline/instrumentation';`,
      }),
    ).toEqual([]);
  });

  it.each([
    [`import { x } from '../trace/span.ts';`, 'static import'],
    [`export { x } from '../trace/span.ts';`, 're-export'],
    [`export * from '../trace/span.ts';`, 're-export of everything'],
    [`export const x = await import('../trace/span.ts');`, 'dynamic import'],
    [`import type { X } from '../trace/span.ts';`, 'type import'],
    [`export type X = import('../trace/span.ts').X;`, 'inline type import'],
  ])('refuse an upward %s', (line) => {
    expect(complaints({ 'core/src/context/index.ts': `\n${line}` })).toEqual([
      'packages/core/src/context/index.ts:2 context (floor 2) may not import trace/span.ts (floor 5)',
    ]);
  });

  it('refuse rooms of one floor to each other', () => {
    expect(complaints({ 'core/src/usage/cost.ts': `import '../redaction/index.ts';` })).toEqual([
      'packages/core/src/usage/cost.ts:1 usage (floor 2) may not import redaction/index.ts (floor 2)',
    ]);
  });

  it('refuse a room, or a package, that the table does not know', () => {
    expect(complaints({ 'core/src/attic/box.ts': `import '../context/index.ts';`, 'barn/src/index.ts': '' })).toEqual([
      'packages/barn has no row in scripts/layers/table.ts',
      'packages/core/src/attic/box.ts:1 room attic has no floor in scripts/layers/table.ts',
    ]);
  });

  it('refuse a row for a room, or a package, that is gone', () => {
    const barn = { workspace: [], runtime: [], types: [], loaders: [], floors: [['hay'], ['loft']] };
    const root = mkdtempSync(join(tmpdir(), 'layers-'));
    roots.push(root);
    mkdirSync(join(root, 'packages/barn/src/hay'), { recursive: true });
    expect(findGone(root, { barn, stable: { ...barn, floors: [] } }).map(({ at }) => at)).toEqual([
      'packages/barn/src/loft',
      'packages/stable/src',
    ]);
  });

  it('refuse core a framework, a source another source, and any package a way round its exports', () => {
    expect(
      complaints({
        'core/src/observe/observe.ts': `import type { Request } from 'express';`,
        'record/src/error.ts': `import 'node:fs';`,
        'express/src/index.ts': `import '@spanline/langchain';\nimport '@spanline/core/testing';\nimport '../../core/src/observe/observe.ts';`,
      }),
    ).toEqual([
      'packages/core/src/observe/observe.ts:1 may not import express',
      'packages/express/src/index.ts:1 may not import @spanline/langchain',
      'packages/express/src/index.ts:2 may not import @spanline/core/testing',
      'packages/express/src/index.ts:3 leaves its package: ../../core/src/observe/observe.ts',
      'packages/record/src/error.ts:1 may not import node:fs',
    ]);
  });

  it('hold for another folder of sources that has a row', () => {
    expect(
      complaints({
        'viewer/src/contract/index.ts': '',
        'viewer/page/span/span-panel.tsx': `import type { X } from '../../src/contract/index.ts';\nimport '../annotate/queue-page.tsx';`,
        'viewer/page/annotate/queue-page.tsx': `import '../span/span-panel.tsx';\nimport '../../src/server/answers.ts';`,
      }),
    ).toEqual([
      'packages/viewer/page/annotate/queue-page.tsx:2 leaves its package: ../../src/server/answers.ts',
      'packages/viewer/page/span/span-panel.tsx:2 span (floor 3) may not import annotate/queue-page.tsx (floor 4)',
      'packages/viewer/page circle: annotate/queue-page.tsx → span/span-panel.tsx → annotate/queue-page.tsx',
    ]);
  });

  it('refuse a source its framework at run time outside the file that loads it', () => {
    expect(complaints({ 'langchain/src/handler.ts': `import { x } from '@langchain/core/callbacks/base';` })).toEqual([
      'packages/langchain/src/handler.ts:1 may name @langchain/core/callbacks/base in `import type` only',
    ]);
    expect(complaints({ 'langchain/src/handler.ts': `const x = require('@langchain/core');` })).toHaveLength(1);
  });

  it('refuse a package outside of the rooms that may import it', () => {
    expect(
      complaints({
        'monitor/src/metrics/cell.ts': `import type { SpanRecord } from '@spanline/core';\nimport type { Registry } from 'prom-client';`,
        'monitor/src/live/monitor.ts': `import type { Tracer } from '@spanline/core';`,
      }),
    ).toEqual([
      'packages/monitor/src/metrics/cell.ts:1 may not import @spanline/core: only live, budget, prometheus, otel may',
      'packages/monitor/src/metrics/cell.ts:2 may not import prom-client: only prometheus may',
    ]);
  });

  it.each([
    [`let installed: object | undefined;`, 'installed'],
    [`export const seen = new WeakSet<object>();`, 'seen'],
    [`const byName = new Map([['a', 1]]);\nexport const keep = (): void => void byName.set('b', 2);`, 'byName'],
  ])('refuse state at the top of a module: %s', (text, name) => {
    expect(complaints({ 'openai/src/wrap.ts': text })).toEqual([
      `packages/openai/src/wrap.ts:1 ${name} is module-level state: two installed copies would not share it; use sharedState`,
    ]);
  });

  it('let a module have constants, state that copies share, and what its row names', () => {
    expect(
      complaints({
        'openai/src/wrap.ts': `const known = new Set(['a']);\nconst seen = sharedState('seen', () => new WeakSet());`,
        'openai/src/local.ts': `export function count(): number {\n  let sum = 0;\n  return ++sum;\n}`,
      }),
    ).toEqual([]);
    const barn = {
      workspace: [],
      runtime: [],
      types: [],
      loaders: [],
      floors: [['hay.ts']],
      moduleState: [{ file: 'hay.ts', why: 'cache' }],
    };
    expect(complaints({ 'barn/src/hay.ts': `const bales = new Map<string, string>();` }, { barn })).toEqual([]);
    expect(complaints({ 'barn/src/hay.ts': '' }, { barn })).toEqual([
      'packages/barn/src/hay.ts is named under moduleState in scripts/layers/table.ts and has none',
    ]);
  });

  it('refuse a circle, types included, and print its path', () => {
    expect(
      complaints({
        'express/src/route/a.ts': `import './b.ts';`,
        'express/src/route/b.ts': `import './c.ts';`,
        'express/src/route/c.ts': `import type { A } from './a.ts';`,
      }),
    ).toEqual(['packages/express/src circle: route/a.ts → route/b.ts → route/c.ts → route/a.ts']);
  });
});
