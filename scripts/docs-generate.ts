/** `pnpm docs:generate`: writes what the pages derive from the sources: the option reference, the keys of the record. */
import { writeFileSync } from 'node:fs';
import { generatedPages } from './docs/generated.ts';

for (const { page, text } of generatedPages('.')) writeFileSync(page, text);
