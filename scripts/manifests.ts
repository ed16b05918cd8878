/** Writes what package.json and tsconfig.json files derive from each other; `pnpm manifests` formats them too. */

import { writeFileSync } from 'node:fs';
import { deriveManifests } from './manifests/derive.ts';

for (const [path, content] of deriveManifests(process.cwd()))
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
