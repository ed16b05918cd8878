/** The tree and the line on the pages of OpenAI Agents are those that a program prints. */

import { it } from 'vitest';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { createClient, createGuide, createRunner, settled, useAgents } from './support/agents.ts';

const setting = useAgents();

const PAGES = ['docs/openai-agents.md', 'packages/openai-agents/README.md'] as const;

it('a program prints the tree and the line of the pages', async () => {
  await createRunner('responses', createClient(setting)).run(createGuide(), 'weather');
  await settled(setting);
  expectTree(PAGES, setting.log.records());
  expectLine(PAGES, setting.log.records());
});
