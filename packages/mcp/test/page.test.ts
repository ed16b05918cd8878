/** The tree and the line of docs/mcp-tracing.md are those of a real program. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { connected, memoryTracer } from './support/pair.ts';
import { SDK1 } from './support/versions.ts';

const PAGE = readFileSync(new URL('../../../docs/mcp-tracing.md', import.meta.url), 'utf8');

function block(mark: string): string {
  return new RegExp(`<!-- ${mark} -->\\n+\`\`\`\\w+\\n(?<text>.*?)\\n\`\`\``, 's').exec(PAGE)?.groups?.['text'] ?? '';
}

it('the README shows what a program prints', async () => {
  const { log, tracer } = memoryTracer();
  const client = await connected(SDK1, tracer, log);
  await client.call('add', { a: 1, b: 2 });
  expectTree(['packages/mcp/README.md'], log.records());
  expectLine(['packages/mcp/README.md'], log.records());
});

it('the page shows what a program prints', async () => {
  const { log, tracer } = memoryTracer();
  const client = await connected(SDK1, tracer, log);
  await client.call('ask', { question: 'How tall?' });
  expect(block('tree')).toBe(tree(log.lines()));
  const shown = JSON.parse(block('line')) as Record<string, unknown>;
  expect(log.records()[0]).toMatchObject(shown);
});
