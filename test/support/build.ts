import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles what changed: programs that tests start load the packages as applications do. `pnpm typecheck` checks the types. */
export function setup(): void {
  for (const args of [
    ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json', '--noCheck'],
    ['scripts/bundle.mjs'],
    ['packages/viewer/build-page.mjs'],
  ])
    spawnSync(process.execPath, args, { cwd: ROOT });
}
