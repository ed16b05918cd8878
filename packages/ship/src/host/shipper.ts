import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { SpanlineError } from '@spanline/record';
import { type Engine, startEngine } from '../engine/engine.ts';
import type { Report } from '../engine/types.ts';
import { discoverFiles } from '../reading/file-discovery.ts';
import { discoverSpool } from '../reading/spool-discovery.ts';
import { createSink } from '../sinks/create-sink.ts';
import type { SinkSpec } from '../sinks/spec.ts';
import { makeFolder } from '../spool/folder.ts';
import { checkSinks } from '../spool/options.ts';

/** Options of {@link startShipper}. */
export interface ShipperOptions {
  /** Folder of a spool: every writer in it is shipped. Dead letters and what is remembered of `files` stand there as well. */
  dir: string;
  /** Files of JSON lines that other programs write and rotate; `*` and `?` stand for parts of names. @defaultValue `[]` */
  files?: readonly string[];
  to: readonly SinkSpec[];
  /** Nothing will be written to the files any more: a last line without a newline is complete. @defaultValue false */
  final?: boolean;
  /** News: outages, refused lines, damage. */
  onReport?: (report: Report) => void;
}

/** An engine in the thread of its caller. */
export type Shipper = Engine;

/**
 * Ships a spool and files from a process of their own. What two shippers find on one `dir` each ships once: the first one locks it.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`; `ERR_SPOOL` when `dir` cannot be written
 * @example
 * ```ts
 * import { datadog, startShipper } from '@spanline/ship';
 *
 * const to = [datadog({ apiKey: { env: 'DD_API_KEY' } })];
 * const shipper = startShipper({ dir: '/var/spool/shipper', files: ['/var/log/app/*.log'], to });
 * await shipper.drain();
 * await shipper.stop(5000);
 * ```
 */
export function startShipper(options: ShipperOptions): Shipper {
  const { dir, files = [], to, final = false, onReport } = options;
  if (typeof dir !== 'string' || dir === '') {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'dir', expected: 'the path of a folder', got: dir });
  }
  const sinks = checkSinks(to);
  const root = resolve(dir);
  try {
    makeFolder(root);
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_SPOOL',
      option: 'dir',
      expected: 'a folder that can be written',
      got: dir,
      cause,
    });
  }
  return startEngine({
    root,
    from: [discoverSpool({ root, everyWriter: true }), discoverFiles({ patterns: files, state: root, isFinal: final })],
    sinks: sinks.map(createSink),
    owner: randomUUID(),
    ...(onReport === undefined ? {} : { report: onReport }),
  });
}
