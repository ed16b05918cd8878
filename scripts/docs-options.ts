/** `pnpm docs:options`: writes the option reference into docs/options.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { OPTIONS_PAGE, renderTracerOptions, withReference } from './docs/options.ts';

writeFileSync(OPTIONS_PAGE, withReference(readFileSync(OPTIONS_PAGE, 'utf8'), renderTracerOptions('.')));
