/** The tree and the line on the page of Mastra are those that a program prints. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import { createGuide, createMastra, settled, spans, useMastra } from './support/mastra.ts';

const setting = useMastra();
const PAGE = readFileSync(new URL('../../../docs/mastra.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(PAGE)?.[1] ?? '';

it('a program prints the tree and the line of docs/mastra.md', async () => {
  const guide = createMastra(setting, { agents: { guide: createGuide(setting) } }).getAgent('guide');
  await guide.generate('weather');
  await settled(setting);
  expect(tree(setting.log.records())).toBe(block('text').trim());
  expect(spans(setting, 'llm')[0]).toMatchObject(JSON.parse(block('json')) as object);
});
