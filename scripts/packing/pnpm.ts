import { execFileSync } from 'node:child_process';

let found: string | undefined;

/** The program pnpm. Each call of npx looks for it again, which takes as long as a small installation. */
export function findPnpm(): string {
  const arguments_ = ['-y', '-p', 'pnpm@12', '-c', 'command -v pnpm'];
  found ??= execFileSync('npx', arguments_, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }).trim();
  return found;
}
