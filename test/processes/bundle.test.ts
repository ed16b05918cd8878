import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { jsonLines } from '../support/child.ts';

const PROGRAM = `
import { createTracer } from '@spanline/core';
const tracer = createTracer({ statsIntervalSeconds: 0, hosts: { 'llm.example.com': 'deepseek' } });
const ask = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  const span = tracer.startSpan({ name: 'chat', type: 'llm' });
  span.set({
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
  });
  span.end();
};
void ask();
`;

it.each(['esm', 'cjs'] as const)('prices calls in a bundle that holds everything (%s)', async (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const outfile = join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs');
  const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  await build({
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname },
    bundle: true,
    outfile,
    format,
    platform: 'node',
    logLevel: 'silent',
    // pino is CommonJS, and requires modules of Node.
    ...(format === 'esm' ? { banner: { js: banner } } : {}),
  });
  const stdout = execFileSync(process.execPath, [outfile], { cwd: folder, encoding: 'utf8' });
  const line = jsonLines(stdout).find((some) => some['event.name'] === 'span.end');
  expect(line).toMatchObject({ 'spanline.cost.source': 'price_table', 'spanline.cost.usd': 0.00021 });
});
