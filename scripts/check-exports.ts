/** Checks each package as it would be published: its manifest, its exports, and the types that they lead to. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackages } from './packing/pack.ts';

/** The packages are ES modules alone. Resolutions of CommonJS and of Node 10 do not concern them. */
const IGNORED_RESOLUTIONS: readonly string[] = ['node10', 'node16-cjs'];

async function manifestProblems(tarball: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: tarball.buffer } });
  return messages.map((message) => formatMessage(message, pkg ?? {}, { color: false }) ?? message.code);
}

async function typeProblems(tarball: Uint8Array): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (result.types === false) return ['it has no types'];
  return result.problems
    .filter((problem) => !('resolutionKind' in problem && IGNORED_RESOLUTIONS.includes(problem.resolutionKind)))
    .map((problem) => JSON.stringify(problem));
}

const destination = mkdtempSync(join(tmpdir(), 'spanline-exports-'));
let found = 0;
try {
  for (const [name, file] of packPackages(destination)) {
    const tarball = new Uint8Array(readFileSync(file));
    for (const problem of [...(await manifestProblems(tarball)), ...(await typeProblems(tarball))]) {
      process.stdout.write(`packages/${name}: ${problem}\n`);
      found++;
    }
  }
} finally {
  rmSync(destination, { recursive: true, force: true });
}
process.stdout.write(`packages: ${found === 0 ? 'in order' : `${found} problems`}\n`);
process.exitCode = found === 0 ? 0 : 1;
