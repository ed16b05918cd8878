import type { RedactionSpec } from '../contracts/redaction.ts';
import type { Report, SinkStats } from '../contracts/report.ts';
import type { SinkSpec } from '../contracts/sink.ts';

/** A sink as plain data. */
export interface SinkData extends Omit<SinkSpec, 'createSink' | 'redact'> {
  readonly redact?: Omit<RedactionSpec, 'createRedaction'>;
}

/** `workerData` of the shipping thread. */
export interface WorkerInput {
  readonly isShippingThread: true;
  readonly root: string;
  /** Folder of this process's writer. */
  readonly own: string;
  /** Identifies this host in locks. */
  readonly owner: string;
  readonly sinks: readonly SinkData[];
}

/** A message to the shipping thread. */
export type WorkerCommand = { readonly kind: 'drain'; readonly id: number } | { readonly kind: 'stop' };

/** A message from the shipping thread. */
export type WorkerEvent =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'stats'; readonly stats: Readonly<Record<string, SinkStats>> }
  | { readonly kind: 'drained'; readonly id: number }
  /** A sink cannot be loaded. A restart would not help. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'stopped' };
