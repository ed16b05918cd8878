import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

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
}

/** Runs a TypeScript program against the packages' sources in a process of its own. The program has the dependencies of the running test. */
export async function runChild(source: string, options: ChildOptions = {}): Promise<ChildResult> {
  const folder = mkdtempSync(join(dirname(expect.getState().testPath ?? import.meta.filename), '.child-'));
  const file = join(folder, 'main.ts');
  writeFileSync(file, source);
  try {
    const args = ['--conditions', '@spanline/source', '--import', 'tsx', ...(options.nodeOptions ?? []), file];
    const child = spawn(process.execPath, args, {
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

/** Lines of JSON that a child printed. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
