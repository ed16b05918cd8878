/** The command line: its commands in this process, and the compiled program in one of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from 'spanline';
import { onTestFinished } from 'vitest';

/** The compiled program. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** How a command ended and what it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

const environment = (env: Readonly<Record<string, string>>): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  LANG: 'C.UTF-8',
  ...env,
});

/** Runs a command to its end, in this process. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const { cwd = tmpdir(), env = {}, stdin } = options;
  const printed = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const print = (to: 'stdout' | 'stderr') => (text: string | Uint8Array) => {
    printed[to] = Buffer.concat([printed[to], Buffer.from(text as Uint8Array)]);
  };
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const code = await run(args, {
      stdin: Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]),
      stdout: { write: print('stdout') },
      stderr: { write: print('stderr') },
      env: environment(env),
      stop: new AbortController().signal,
    });
    return { code, stdout: printed.stdout.toString(), stderr: printed.stderr.toString() };
  } finally {
    process.chdir(before);
  }
}

interface ProgramOptions extends CliOptions {
  readonly nodeOptions?: readonly string[];
  /** User of the process. @defaultValue that of the test */
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs the compiled program in a process of its own to its end, as a user does. */
export async function program(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const { cwd = tmpdir(), env = {}, stdin, nodeOptions = [], ...user } = options;
  const child = spawn(process.execPath, [...nodeOptions, MAIN, ...args], { cwd, env: environment(env), ...user });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.end(stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A folder with files, which is removed after the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
