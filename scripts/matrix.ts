/**
 * Runs the suite by each Node version named: `matrix.ts 20 22 24 [-- vitest arguments]`. Workers and child processes use that version too,
 * since npx puts it first on PATH.
 */
import { spawnSync } from 'node:child_process';

const words = process.argv.slice(2);
const cut = words.includes('--') ? words.indexOf('--') : words.length;
const versions = words.slice(0, cut);
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...words.slice(cut + 1)];

const failed: string[] = [];
for (const version of versions) {
  process.stdout.write(`\nNode ${version}\n`);
  const { status } = spawnSync('npx', ['-y', '-p', `node@${version}`, 'node', ...vitest], { stdio: 'inherit' });
  if (status !== 0) failed.push(version);
}
process.stdout.write(
  failed.length === 0 ? `\nNode ${versions.join(', ')}: passed\n` : `\nNode ${failed.join(', ')}: failed\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
