#!/usr/bin/env node
/** `spanline` in a checkout: runs the sources, so that it needs no build. The published package runs `dist/main.js`. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const options = ['--conditions', '@spanline/source', '--import', import.meta.resolve('tsx')];
const child = spawn(process.execPath, [...options, main, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
