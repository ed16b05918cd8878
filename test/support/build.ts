import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Compiles what changed: programs that tests start load the packages as applications do. `pnpm typecheck` checks the types.
 * With `SPANLINE_BUILT=true`, the sources were built before and did not change.
 */
export function setup(): void {
  if (process.env['SPANLINE_BUILT'] === 'true') return;
  for (const args of [
    ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json', '--noCheck'],
    ['scripts/bundle.mjs'],
    ['packages/viewer/build-page.mjs'],
  ])
    spawnSync(process.execPath, args, { cwd: ROOT });
}
