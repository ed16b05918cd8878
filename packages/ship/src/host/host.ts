import { randomUUID } from 'node:crypto';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Report, SinkStats } from '../engine/types.ts';
import type { SinkSpec } from '../sinks/spec.ts';
import type { WorkerInput, WorkerNews, WorkerOrder } from './messages.ts';

/** Options of {@link startHost}. */
export interface HostOptions {
  readonly root: string;
  /** Folder of this process's writer. */
  readonly own: string;
  readonly sinks: readonly SinkSpec[];
  readonly report: (report: Report) => void;
}

/** The engine in a worker thread. */
export interface Host {
  stats(): Readonly<Record<string, SinkStats>>;
  /** True when everything was sent in time. */
  drain(timeoutMs: number): Promise<boolean>;
  stop(timeoutMs: number): Promise<void>;
}

const FIRST_RESTART_MS = 1000;
const LAST_RESTART_MS = 60_000;
/** A sink that fills its memory ends its thread, not the process. */
const MAX_HEAP_MB = 96;
/** Batches live longer than a young generation of the default size is needed for. */
const YOUNG_MB = 4;

/** Sources run with a loader that reads TypeScript; what is published is JavaScript. */
const IS_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = IS_SOURCE ? new URL('./worker.ts', import.meta.url) : new URL('./worker.js', import.meta.url);

/** What the application loads before itself (`--import`, `--require`, `NODE_OPTIONS`), such as instrumentation of HTTP, is not the thread's. */
function isolation(): WorkerOptions {
  if (IS_SOURCE) return {};
  const { NODE_OPTIONS: _, ...env } = process.env;
  return { execArgv: [], env };
}

/** Starts the worker, and starts it again when it ends by itself. The process never waits for it to exit. */
export function startHost({ root, own, sinks, report }: HostOptions): Host {
  const workerData: WorkerInput = { root, own, owner: randomUUID(), sinks };
  const drains = new Map<number, () => void>();
  let stats: Readonly<Record<string, SinkStats>> = {};
  let restarts = 0;
  let drainId = 0;
  let onStopped: (() => void) | undefined;
  let worker = start();

  function onNews(news: WorkerNews): void {
    if (news.kind === 'report') report(news.report);
    else if (news.kind === 'stats') ({ stats } = news);
    else if (news.kind === 'drained') drains.get(news.id)?.();
    else onStopped?.();
  }

  function onExit(reason: string): void {
    if (onStopped !== undefined) return onStopped();
    report({ level: 'error', what: 'failed', message: `the shipping thread ended (${reason}) and is started again` });
    const wait = Math.min(LAST_RESTART_MS, FIRST_RESTART_MS * 2 ** restarts++);
    setTimeout(() => {
      if (onStopped === undefined) worker = start();
    }, wait).unref();
  }

  function start(): Worker {
    const started = new Worker(WORKER, {
      ...isolation(),
      workerData,
      name: 'spanline-ship',
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let reason = 'without a reason';
    started.on('message', onNews);
    started.on('error', (error: NodeJS.ErrnoException) => void (reason = error.code ?? error.message));
    started.on('exit', () => onExit(reason));
    started.unref();
    return started;
  }

  const send = (order: WorkerOrder): void => worker.postMessage(order, []);

  /** Resolves when `begin` calls back, or after a time. The process stays for it. */
  function within(timeoutMs: number, begin: (done: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      begin(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  return {
    stats: () => stats,
    async drain(timeoutMs) {
      const id = ++drainId;
      const drained = await within(timeoutMs, (done) => {
        drains.set(id, done);
        send({ kind: 'drain', id });
      });
      drains.delete(id);
      return drained;
    },
    async stop(timeoutMs) {
      await within(timeoutMs, (done) => {
        onStopped = done;
        send({ kind: 'stop' });
      });
      await worker.terminate();
    },
  };
}
