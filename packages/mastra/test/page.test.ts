/** The tree and the line on the pages of Mastra are those that a program prints. */

import { it } from 'vitest';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { createGuide, createMastra, settled, useMastra } from './support/mastra.ts';

const setting = useMastra();

const PAGES = ['docs/mastra.md', 'packages/mastra/README.md'] as const;

it('a program prints the tree and the line of the pages', async () => {
  const guide = createMastra(setting, { agents: { guide: createGuide(setting) } }).getAgent('guide');
  await guide.generate('weather');
  await settled(setting);
  expectTree(PAGES, setting.log.records());
  expectLine(PAGES, setting.log.records());
});
