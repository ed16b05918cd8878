import { randomUUID } from 'node:crypto';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Report, SinkStats } from '../contracts/report.ts';
import type { SinkData, WorkerCommand, WorkerEvent, WorkerInput } from './messages.ts';

/** Options of {@link startWorkerHost}. */
export interface WorkerHostOptions {
  readonly root: string;
  /** Folder of this process's writer. */
  readonly own: string;
  readonly sinks: readonly SinkData[];
  readonly report: (report: Report) => void;
}

/** The engine in a worker thread. */
export interface WorkerHost {
  stats(): Readonly<Record<string, SinkStats>>;
  /** Resolves true when everything was stored in time. */
  drain(timeoutMs: number): Promise<boolean>;
  stop(timeoutMs: number): Promise<void>;
}

const FIRST_RESTART_MS = 1000;
const LAST_RESTART_MS = 60_000;
/** A sink that exhausts its memory ends its thread, not the process. */
const MAX_HEAP_MB = 96;
/** Batches outlive a young generation of the default size. */
const YOUNG_MB = 4;

/** The sources run with a loader for TypeScript; the published package is JavaScript. */
const IS_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = new URL(IS_SOURCE ? './worker.ts' : './worker.js', import.meta.url);

/**
 * Keeps what the application preloads (`--import`, `--require`, `NODE_OPTIONS`), such as instrumentation of HTTP, out
 * of the thread.
 */
function isolation(): WorkerOptions {
  if (IS_SOURCE) return {};
  const { NODE_OPTIONS: _, ...env } = process.env;
  return { execArgv: [], env };
}

/** Starts the worker, and restarts it when it ends by itself. The worker never keeps the process alive. */
export function startWorkerHost({ root, own, sinks, report }: WorkerHostOptions): WorkerHost {
  const input: WorkerInput = {
    isShippingThread: true,
    root,
    own,
    owner: randomUUID(),
    sinks,
  };
  const drains = new Map<number, () => void>();
  let stats: Readonly<Record<string, SinkStats>> = {};
  let restarts = 0;
  let drainId = 0;
  let isBroken = false;
  let onStopped: (() => void) | undefined;
  let worker = start();

  function onMessage(event: WorkerEvent): void {
    if (event.kind === 'report') report(event.report);
    else if (event.kind === 'stats') ({ stats } = event);
    else if (event.kind === 'drained') drains.get(event.id)?.();
    else if (event.kind === 'broken') onBroken();
    else onStopped?.();
  }

  function onBroken(): void {
    isBroken = true;
    void worker.terminate();
  }

  function onExit(reason: string): void {
    if (onStopped !== undefined) return onStopped();
    if (isBroken) return;
    report({ level: 'error', what: 'failed', message: `the shipping thread ended (${reason}) and will be restarted` });
    const wait = Math.min(LAST_RESTART_MS, FIRST_RESTART_MS * 2 ** restarts++);
    setTimeout(() => {
      if (onStopped === undefined) worker = start();
    }, wait).unref();
  }

  function start(): Worker {
    const started = new Worker(WORKER, {
      ...isolation(),
      workerData: input,
      name: 'spanline-ship',
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let reason = 'no reason given';
    started.on('message', onMessage);
    started.on('error', (error: NodeJS.ErrnoException) => void (reason = error.code ?? error.message));
    started.on('exit', () => onExit(reason));
    started.unref();
    return started;
  }

  const send = (command: WorkerCommand): void => worker.postMessage(command, []);

  /** Resolves true when `begin` calls back, false after a timeout. It keeps the process alive meanwhile. */
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
      const isDrained = await within(timeoutMs, (done) => {
        drains.set(id, done);
        send({ kind: 'drain', id });
      });
      drains.delete(id);
      return isDrained;
    },
    async stop(timeoutMs) {
      if (!isBroken) {
        await within(timeoutMs, (done) => {
          onStopped = done;
          send({ kind: 'stop' });
        });
      }
      await worker.terminate();
    },
  };
}
