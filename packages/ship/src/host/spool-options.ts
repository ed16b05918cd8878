import { checkOptions, option, type Shape } from '@spanline/record';
import type { SinkSpec } from '../contracts/sink.ts';
import type { WhenFull } from '../spool/append.ts';
import { folderCheck } from './open-folder.ts';
import { resolveSinks, sinkList } from './sinks.ts';

/** Options of `spool`. */
export interface SpoolOptions {
  /** Folder of the spool. It is created with mode 0700. Several processes may share one. */
  dir: string;
  /**
   * Targets that a worker thread of this process sends the lines to. Leave it empty when another process ships the
   * folder.
   * @defaultValue `[]`
   */
  to?: readonly SinkSpec[];
  /**
   * Most bytes of all segments below `dir`, of all processes together. It can be exceeded by one segment per process.
   * @defaultValue 1 GiB
   */
  maxBytes?: number;
  /**
   * Behaviour of a full spool. `drop-oldest` deletes the oldest segment, `drop-new` discards the new line,
   * `block` blocks the thread that logs until there is room. Dropped lines are counted and reported in a line of the
   * log.
   * @defaultValue `drop-oldest`
   */
  whenFull?: WhenFull;
  /**
   * Milliseconds between two fsync. A crash of the process never loses a line; a power cut loses at most the lines of
   * this time. 0 = fsync after each line.
   * @defaultValue 500
   */
  fsyncIntervalMs?: number;
  /**
   * Size in bytes at which the next segment starts.
   * @defaultValue 8 MiB, at most an eighth of `maxBytes`
   */
  segmentBytes?: number;
}

const DEFAULT_MAX_BYTES = 1_073_741_824;
const DEFAULT_SEGMENT_BYTES = 8_388_608;
const DEFAULT_FSYNC_MS = 500;
const MIN_SEGMENT_BYTES = 4096;
const SEGMENTS_IN_FULL_SPOOL = 8;

const SHAPE: Shape<SpoolOptions> = {
  dir: folderCheck(),
  to: sinkList(),
  maxBytes: option.number({ min: MIN_SEGMENT_BYTES * SEGMENTS_IN_FULL_SPOOL, integer: true }),
  whenFull: option.oneOf(['drop-oldest', 'drop-new', 'block']),
  fsyncIntervalMs: option.number({ min: 0, integer: true }),
  segmentBytes: option.number({ min: MIN_SEGMENT_BYTES, integer: true }),
};

/** Checks options and fills in the defaults. @throws SpanlineError `ERR_INVALID_OPTION` */
export function resolveSpoolOptions(options: SpoolOptions): Required<SpoolOptions> {
  checkOptions(SHAPE, options);
  const { to = [], maxBytes = DEFAULT_MAX_BYTES } = options;
  return {
    dir: options.dir,
    to: resolveSinks(to),
    maxBytes,
    whenFull: options.whenFull ?? 'drop-oldest',
    fsyncIntervalMs: options.fsyncIntervalMs ?? DEFAULT_FSYNC_MS,
    segmentBytes:
      options.segmentBytes ?? Math.min(DEFAULT_SEGMENT_BYTES, Math.floor(maxBytes / SEGMENTS_IN_FULL_SPOOL)),
  };
}
