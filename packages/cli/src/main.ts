#!/usr/bin/env node
import module from 'node:module';
import { type CommandIo, EXIT } from './command.ts';

// Node 22 and later keep what they have compiled in a folder of their own, for the next command.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

/** Runners such as npm pass on a signal that the terminal has sent already: one press of Ctrl-C comes twice. */
const TWICE_MS = 500;

/** Signals end the command; Ctrl-C does not while it is left to `less` and the like, where it ends a search. */
function listenToSignals(): Required<Pick<CommandIo, 'stop' | 'leaveInterrupts'>> {
  const stop = new AbortController();
  let others = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    let first = 0;
    process.on(signal, () => {
      if (signal === 'SIGINT' && others > 0) return;
      first ||= performance.now();
      if (performance.now() - first > TWICE_MS) process.exit(EXIT.interrupted);
      stop.abort();
    });
  }
  return {
    stop: stop.signal,
    leaveInterrupts() {
      others++;
      return () => void others--;
    },
  };
}

const signals = listenToSignals();

/** A reader such as `head` may leave early. */
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

async function main(): Promise<void> {
  const { run } = await import('./run.ts');
  const { stdin, stdout, stderr, env } = process;
  process.exitCode = await run(process.argv.slice(2), {
    stdin,
    stdout,
    stderr,
    env,
    ...signals,
  });
}

void main();
