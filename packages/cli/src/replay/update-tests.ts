/** `spanline make-test --update`: runs the tests with live parts, which write their recordings again. */

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SpanlineError } from '@spanline/record';
import { type CommandIo, EXIT } from '../command.ts';

/** The program of vitest in the working folder. */
function vitest(): string {
  try {
    // The package exports its manifest, not its program.
    const manifest = createRequire(join(process.cwd(), 'package.json')).resolve('vitest/package.json');
    return join(dirname(manifest), 'vitest.mjs');
  } catch (cause) {
    const problem = 'vitest is not installed in this folder: npm install --save-dev vitest';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem, cause });
  }
}

/**
 * Runs the tests of a folder or file.
 *
 * @param live - parts that run for real, or `1` for all
 * @returns the exit code: 0 if all passed
 */
export async function updateTests(
  path: string,
  live: string,
  { stdout, stderr, env, stop }: CommandIo,
): Promise<number> {
  const child = spawn(process.execPath, [vitest(), 'run', path], {
    env: { ...env, SPANLINE_REPLAY_UPDATE: live },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: stop,
  });
  child.stdout.on('data', (text: Buffer) => void stdout.write(text));
  child.stderr.on('data', (text: Buffer) => void stderr.write(text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return code === EXIT.ok ? EXIT.ok : EXIT.refused;
}
