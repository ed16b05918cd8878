/** Bundles the page into `dist/page`: `index.html`, `viewer.js`, `viewer.css`, and `trace-file.js` for a trace as a file. */

import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: { viewer: here('page/main.tsx'), 'trace-file': here('page/trace-file.tsx') },
  outdir: here('dist/page'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2023',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  conditions: ['@spanline/source'],
  legalComments: 'none',
  logLevel: 'warning',
});
await build({ entryPoints: [here('page/viewer.css')], outdir: here('dist/page'), minify: true, logLevel: 'warning' });
cpSync(here('page/index.html'), here('dist/page/index.html'));
