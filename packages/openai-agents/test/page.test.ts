/** The tree and the line on the page of OpenAI Agents are those that a program prints. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import { createClient, createGuide, createRunner, settled, useAgents } from './support/agents.ts';

const setting = useAgents();
const PAGE = readFileSync(new URL('../../../docs/openai-agents.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(PAGE)?.[1] ?? '';

it('a program prints the tree and the line of docs/openai-agents.md', async () => {
  await createRunner('responses', createClient(setting)).run(createGuide(), 'weather');
  await settled(setting);
  expect(tree(setting.log.records())).toBe(block('text').trim());
  expect(setting.log.records()[0]).toMatchObject(JSON.parse(block('json')) as object);
});
