#!/usr/bin/env node
/**
 * `spanline` in a checkout: runs the sources, so that it needs no build; the page of the viewer is bundled when it is
 * first shown. The published package runs `dist/main.js`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const options = ['--conditions', '@spanline/source', '--import', import.meta.resolve('tsx')];
const viewer = (path) => fileURLToPath(new URL(`../../viewer/${path}`, import.meta.url));
if (['view', 'export'].includes(process.argv[2]) && !existsSync(viewer('dist/page/trace-file.js')))
  spawnSync(process.execPath, [viewer('build-page.mjs')], { stdio: 'inherit' });
const child = spawn(process.execPath, [...options, main, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
