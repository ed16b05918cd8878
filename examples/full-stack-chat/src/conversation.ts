/** Runs the three processes, asks one question, and ends them. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseLine, type SpanRecord } from '@spanline/core';
import { ask } from './chat.ts';
import { FOLDER, logFile, MODEL_URL, SERVICES, serviceTracer } from './files.ts';
import { type Model, startModel } from './model.ts';

async function startApi(
  folder: string,
  modelUrl: string,
  execArgv: readonly string[],
): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(fileURLToPath(new URL('api.ts', import.meta.url)), {
    execArgv: [...execArgv],
    env: { ...process.env, [FOLDER]: folder, [MODEL_URL]: modelUrl },
  });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('the API did not start')));
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number];
  failed.catch(() => undefined);
  return { url: `http://127.0.0.1:${port}`, child };
}

function readRecords(file: string): SpanRecord[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .flatMap((line) => parseLine(line) ?? [])
    .flatMap(({ kind, record }) => (kind === 'span' ? [record] : []));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}

/** Options of {@link converse}. */
export interface ConversationOptions {
  /** Leaves in the middle of the answer. */
  readonly signal?: AbortSignal;
  /** Between two pieces of the answer. @defaultValue 0 */
  readonly latencyMs?: number;
  /** Starts the model of the service. A replay gives the recorded one. @defaultValue {@link startModel} */
  readonly model?: () => Promise<Model>;
  /** Arguments of Node for the other processes. @defaultValue those of this one */
  readonly execArgv?: readonly string[];
}

/**
 * Asks one question.
 *
 * @param folder - of the three logs. Those of an earlier run are removed.
 * @returns the answer, and the spans of the three processes
 */
export async function converse(
  folder: string,
  question: string,
  options: ConversationOptions = {},
): Promise<{ readonly answer: string; readonly records: readonly SpanRecord[] }> {
  const { signal, latencyMs, model = () => startModel(latencyMs), execArgv = process.execArgv } = options;
  const files = SERVICES.map((service) => logFile(folder, service));
  for (const file of files) rmSync(file, { force: true });
  const tracer = serviceTracer('web', folder);
  const started = await model();
  const { url, child } = await startApi(folder, started.url, execArgv);
  try {
    const answer = await ask(tracer, url, question, signal).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
      return 'You left.';
    });
    await end(child);
    await tracer.shutdown();
    return { answer, records: files.filter((file) => existsSync(file)).flatMap(readRecords) };
  } finally {
    child.kill();
    await started.stop();
  }
}
