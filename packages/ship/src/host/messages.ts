import type { Report, SinkStats } from '../engine/types.ts';
import type { SinkSpec } from '../sinks/spec.ts';

/** What the worker thread is started with. */
export interface WorkerInput {
  readonly root: string;
  readonly own: string;
  readonly owner: string;
  readonly sinks: readonly SinkSpec[];
}

/** To the worker. */
export type WorkerOrder = { readonly kind: 'drain'; readonly id: number } | { readonly kind: 'stop' };

/** From the worker. */
export type WorkerNews =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'stats'; readonly stats: Readonly<Record<string, SinkStats>> }
  | { readonly kind: 'drained'; readonly id: number }
  | { readonly kind: 'stopped' };
