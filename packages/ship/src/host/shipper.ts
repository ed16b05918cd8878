import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Report } from '../contracts/report.ts';
import type { SinkSpec } from '../contracts/sink.ts';
import { type Engine, startEngine } from '../engine/engine.ts';
import { discoverFiles } from '../reading/file-discovery.ts';
import type { LineOptions } from '../reading/line-decoder.ts';
import { discoverSpool } from '../reading/spool-discovery.ts';
import { makeFolder } from '../state/folder.ts';
import { folderCheck, withFolder } from './open-folder.ts';
import { createSinks, resolveSinks, sinkList } from './sinks.ts';
import { keepStatus } from './status-file.ts';

/** Options of {@link startShipper}. */
export interface ShipperOptions {
  /**
   * Folder of a spool: every writer in it is shipped. It also holds the dead letters and the checkpoints of `files`.
   */
  dir: string;
  /**
   * Files of JSON lines that other programs write and rotate. `*` and `?` are wildcards within a name.
   * @defaultValue `[]`
   */
  files?: readonly string[];
  /** How the lines of `files` are read. */
  lines?: LineOptions;
  to: readonly SinkSpec[];
  /**
   * Nothing is appended while the files are shipped: a last line without a newline is shipped if it is a JSON object,
   * and waits for the next run otherwise. @defaultValue false
   */
  final?: boolean;
  /**
   * The lines were refused before: those that are refused again go to the dead letters, also where a target refuses
   * every line. Otherwise such a target counts as set up wrongly, and the lines wait. @defaultValue false
   */
  resends?: boolean;
  /** Called for outages, refused lines and damage. */
  onReport?: (report: Report) => void;
}

/** An engine in the thread of its caller. */
export type Shipper = Engine;

const SHAPE: Shape<ShipperOptions> = {
  dir: folderCheck(),
  files: option.list(option.string(), 'an array of paths'),
  lines: option.object<LineOptions>({ timeKey: option.string(), text: option.oneOf(['reject', 'line', 'multiline']) }),
  to: option.required(sinkList()),
  final: option.boolean(),
  resends: option.boolean(),
  onReport: option.callback(),
};

/**
 * Ships a spool and log files from a process of their own. `spanline ship --status` shows its state. When two shippers
 * work on one `dir`, each file is shipped once, by the shipper that locked it first.
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
  checkOptions(SHAPE, options);
  const { dir, files = [], lines = {}, to, final = false, resends = false, onReport } = options;
  const sinks = resolveSinks(to);
  const root = resolve(dir);
  withFolder(dir, () => makeFolder(root));
  const report = onReport ?? (() => {});
  const onProblem = (path: string, reason: string): void =>
    report({ level: 'error', what: 'unreadable', message: `${path} ${reason}` });
  const engine = startEngine({
    root,
    from: [
      discoverSpool({ root, everyWriter: true }),
      discoverFiles({ patterns: files, state: root, isFinal: final, lines, onProblem }),
    ],
    sinks: createSinks(sinks),
    owner: randomUUID(),
    resends,
    report,
  });
  const end = keepStatus(root, engine);
  return { ...engine, stop: (graceMs) => engine.stop(graceMs).finally(end) };
}
