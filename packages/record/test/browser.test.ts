import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Bundles the package for a browser and runs a program on it in a realm that has no Node API. */
async function inBrowser(program: string): Promise<unknown> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from './src/index.ts'; export * from './src/statistics/index.ts';`, resolveDir: ROOT },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'record',
    conditions: ['@spanline/source'],
  });
  const externals = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(externals).toEqual([]);
  const realm = createContext({ TextEncoder, TextDecoder, URL });
  runInContext(outputFiles[0]?.text ?? '', realm);
  return JSON.parse(String(runInContext(`JSON.stringify((() => { ${program} })())`, realm)));
}

it('runs in a browser: reads, validates and converts lines', async () => {
  const example = /^\{"@timestamp".*$/m.exec(readFileSync(join(ROOT, '../../docs/span-schema.md'), 'utf8'))?.[0];
  const result = await inBrowser(`
    const { parseLine, validate, toEcs, toDatadog, toOtlp, jsonSchema, reconstructMessages, toMessages } = record;
    const line = ${JSON.stringify(example)};
    const parsed = parseLine(line);
    const long = { ...parsed.record, 'spanline.input': JSON.stringify('é'.repeat(40000)), 'client.address': '::1' };
    return {
      kind: parsed.kind,
      valid: validate(parsed.record).valid,
      ecs: parseLine(toEcs(long)).record['spanline.input'] === long['spanline.input'],
      ip: toEcs(long)['client.ip'],
      service: toDatadog(parsed.record).service,
      spans: toOtlp([parsed.record]).resourceSpans.length,
      title: jsonSchema('ecs').title,
      messages: toMessages('hello').length,
      output: reconstructMessages([line], parsed.record.span_id).output[0].role,
    };
  `);
  expect(result).toEqual({
    kind: 'span',
    valid: true,
    ecs: true,
    ip: '::1',
    service: 'rag-api',
    spans: 1,
    title: 'Spanline record, profile ecs',
    messages: 1,
    output: 'assistant',
  });
});
