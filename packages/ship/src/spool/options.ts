import { SpanlineError } from '@spanline/record';
import type { SinkSpec } from '../sinks/spec.ts';

/** What happens to lines when the spool is full. */
export type WhenFull = 'drop-oldest' | 'drop-new' | 'block';

/** Options of `spool`. */
export interface SpoolOptions {
  /** Folder of the spool; made with mode 0700. Several processes may share one. */
  dir: string;
  /**
   * Where lines go, from a worker thread of this process. Empty where another process ships the folder.
   * @defaultValue `[]`
   */
  to?: readonly SinkSpec[];
  /**
   * Most bytes of segments below `dir`, of all processes together. It can be exceeded by one segment per process.
   * @defaultValue 1 GiB
   */
  maxBytes?: number;
  /**
   * `drop-oldest` deletes the oldest segment, `drop-new` discards the line, `block` holds the thread that logs until there is room. What is dropped is counted and said in a line.
   * @defaultValue `drop-oldest`
   */
  whenFull?: WhenFull;
  /**
   * Milliseconds between two fsync. A crash of the process loses nothing whatever it is; a power cut loses at most this much. 0 = after each line.
   * @defaultValue 500
   */
  fsyncIntervalMs?: number;
  /**
   * Bytes after which the next segment begins.
   * @defaultValue 8 MiB, at most an eighth of `maxBytes`
   */
  segmentBytes?: number;
}

/** Options with their defaults. */
export interface ResolvedSpoolOptions {
  readonly dir: string;
  readonly to: readonly SinkSpec[];
  readonly maxBytes: number;
  readonly whenFull: WhenFull;
  readonly fsyncIntervalMs: number;
  readonly segmentBytes: number;
}

const KNOWN: ReadonlySet<string> = new Set<keyof SpoolOptions>([
  'dir',
  'to',
  'maxBytes',
  'whenFull',
  'fsyncIntervalMs',
  'segmentBytes',
]);
const POLICIES: readonly WhenFull[] = ['drop-oldest', 'drop-new', 'block'];
const DEFAULT_MAX_BYTES = 1_073_741_824;
const DEFAULT_SEGMENT_BYTES = 8_388_608;
const DEFAULT_FSYNC_MS = 500;
const SEGMENTS_IN_FULL_SPOOL = 8;
const SMALLEST = 4096;

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

function whole(option: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) fail(option, `a whole number of at least ${least}`, value);
  return value;
}

/** Two sinks with one name would share a checkpoint. @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkSinks(sinks: readonly SinkSpec[]): readonly SinkSpec[] {
  if (!Array.isArray(sinks)) fail('to', 'an array of sinks', sinks);
  const names = new Set<string>();
  for (const [index, sink] of sinks.entries()) {
    if (typeof sink?.name !== 'string' || typeof sink.kind !== 'string') {
      fail(`to[${index}]`, 'a sink, such as elasticsearch({ … })', sink);
    }
    if (names.has(sink.name)) fail(`to[${index}].name`, 'a name that no other sink has', sink.name);
    names.add(sink.name);
  }
  return sinks;
}

/** Checks options and fills in defaults. @throws SpanlineError `ERR_INVALID_OPTION` */
export function resolveSpoolOptions(options: SpoolOptions): ResolvedSpoolOptions {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { dir, to = [], whenFull = 'drop-oldest' } = options;
  if (typeof dir !== 'string' || dir === '') fail('dir', 'the path of a folder', dir);
  if (!POLICIES.includes(whenFull)) fail('whenFull', `one of ${POLICIES.join(', ')}`, whenFull);
  const maxBytes = whole('maxBytes', options.maxBytes ?? DEFAULT_MAX_BYTES, SMALLEST * SEGMENTS_IN_FULL_SPOOL);
  const segmentBytes = Math.min(DEFAULT_SEGMENT_BYTES, Math.floor(maxBytes / SEGMENTS_IN_FULL_SPOOL));
  return {
    dir,
    to: checkSinks(to),
    maxBytes,
    whenFull,
    fsyncIntervalMs: whole('fsyncIntervalMs', options.fsyncIntervalMs ?? DEFAULT_FSYNC_MS, 0),
    segmentBytes: whole('segmentBytes', options.segmentBytes ?? segmentBytes, SMALLEST),
  };
}
