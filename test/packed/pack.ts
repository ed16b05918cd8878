import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packPackages } from '../../scripts/packing/pack.ts';
import { findPnpm } from '../../scripts/packing/pnpm.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarball of each package, by the name of its folder. */
    tarballs: Record<string, string>;
    /** The program pnpm. */
    pnpm: string;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-packed-'));
  provide('pnpm', findPnpm());
  provide('tarballs', Object.fromEntries(packPackages(folder)) as Record<string, string>);
  return () => rmSync(folder, { recursive: true, force: true });
}
