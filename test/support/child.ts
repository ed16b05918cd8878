import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { afterAll, expect, onTestFinished } from 'vitest';

const TO_NODE = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
} as const satisfies BuildOptions;

/** How a child process ended and what it wrote. */
export interface ChildResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** How to run a child process. */
export interface ChildOptions {
  env?: Record<string, string>;
  /** Sent when the child prints `ready` on stderr. */
  killWith?: NodeJS.Signals;
  nodeOptions?: readonly string[];
  /** For a program in TypeScript: how to compile it, with the files that it imports by relative paths. */
  compile?: BuildOptions;
}

/** Runs a program in a process of its own. It loads the compiled packages and has the dependencies of the running test. */
export async function runChild(source: string, options: ChildOptions = {}): Promise<ChildResult> {
  const folder = mkdtempSync(join(dirname(expect.getState().testPath ?? import.meta.filename), '.child-'));
  const file = join(folder, 'main.mjs');
  try {
    await writeProgram(file, source, options.compile);
    const child = spawn(process.execPath, [...(options.nodeOptions ?? []), file], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: 'test', ...options.env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => void (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (options.killWith !== undefined && stderr.includes('ready')) child.kill(options.killWith);
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Compiles a program in TypeScript beside its source, for all tests of the file that calls this at its top level. The
 * program loads the compiled packages. `fork` needs `execArgv: []`, because a worker has the conditions of the sources.
 *
 * @returns the path of the program
 */
export async function compileProgram(source: string): Promise<string> {
  const folder = mkdtempSync(join(dirname(source), '.child-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'main.mjs');
  await build({ ...TO_NODE, entryPoints: [source], outfile: file });
  return file;
}

async function writeProgram(file: string, source: string, compile?: BuildOptions): Promise<void> {
  if (compile === undefined) return writeFileSync(file, source);
  await build({
    ...TO_NODE,
    stdin: { contents: source, resolveDir: dirname(file), loader: 'ts' },
    outfile: file,
    ...compile,
  });
}

/** Lines of JSON that a child printed. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
