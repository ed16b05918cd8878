import type { RedactionSpec, RedactLine } from './redaction.ts';
import type { SourceLine } from './source.ts';

/**
 * A line as a sink encodes it. `entry` is sent, `skip` is left out because the target takes no such lines, `reject`
 * goes to the dead-letter file.
 *
 * @typeParam Meta - see {@link SinkEntry.meta}
 */
export type EncodedLine<Meta = unknown> =
  | {
      readonly kind: 'entry';
      /** The line's body, in pieces. */
      readonly parts: readonly (string | Uint8Array)[];
      /** Fields were cut to fit the target's limits; the line is counted in `stats().shortened`. */
      readonly shortened?: boolean;
      readonly meta?: Meta;
    }
  | { readonly kind: 'skip' }
  | { readonly kind: 'reject'; readonly reason: string };

/** An encoded line in a batch. It is valid until `send` settles. */
export interface SinkEntry<Meta = unknown> {
  readonly source: string;
  readonly file: string;
  readonly offset: number;
  /** Data that `encode` returned beside the body, for `send`. */
  readonly meta: Meta | undefined;
  /** The line as it is in its file. */
  readonly line: string;
  /** The body as `encode` returned it. */
  readonly body: Buffer;
}

/** The lines of one request. */
export interface SinkBatch<Meta = unknown> {
  readonly entries: readonly SinkEntry<Meta>[];
  /** How often these lines were sent before; 0 the first time. */
  readonly attempt: number;
  /** Aborts when the shipper stops. */
  readonly signal: AbortSignal;
  /** The bodies of all entries, one after another. The memory is reused once `send` settles. */
  body(): Buffer;
}

/** The outcome of one line. */
export type ItemResult =
  | { readonly kind: 'stored' }
  /** `retry`: send it again. `pause`: an operator must act first. `reject`: write it to the dead-letter file. */
  | { readonly kind: 'retry' | 'pause' | 'reject'; readonly reason: string };

/** The outcome of a request. Reasons appear in the log: they must not quote keys or content. */
export type SendResult =
  /** The log gets each `warning` of the target once, cut to 200 characters. */
  | { readonly kind: 'stored'; readonly warning?: string }
  /** One result per entry, in order. */
  | { readonly kind: 'items'; readonly items: readonly ItemResult[] }
  /**
   * Try again later: after a growing wait, and not before `afterMs` milliseconds. `throttled` also reduces the number
   * of concurrent requests.
   */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number; readonly throttled?: boolean }
  /**
   * The request is too large or was refused as a whole: send two halves, down to the one line that is to blame, which
   * is rejected.
   */
  | { readonly kind: 'split'; readonly reason: string }
  /** The request was stored, except for some lines that the target does not name. Nothing is sent again. */
  | { readonly kind: 'partial'; readonly rejected: number; readonly reason: string }
  /** Not allowed, or not set up: try again every 30 seconds, and report it as an error that an operator must fix. */
  | { readonly kind: 'pause'; readonly reason: string };

/** Limits of a request. */
export interface SinkLimits {
  /**
   * Most bytes, counted for the raw lines and for their bodies. A single line that is longer gets a request of its own.
   */
  readonly bytes: number;
  /** Most lines. */
  readonly entries: number;
  /** Longest time in milliseconds that a line waits for others to fill the request. */
  readonly lingerMs: number;
  /** Most requests at once. */
  readonly concurrency: number;
}

/** A target of lines. The engine does the batching, retries, splitting, dead letters and checkpoints. */
export interface Sink<Meta = unknown> {
  readonly limits: SinkLimits;
  /** Converts one line to the target's format. A line for which it throws goes to the dead-letter file. */
  encode(line: SourceLine): EncodedLine<Meta>;
  /** Sends one request and interprets the response. When it rejects, the request is sent again. */
  send(batch: SinkBatch<Meta>): Promise<SendResult>;
  /** Releases connections. Called once, after the last request. */
  close?(): void;
}

/**
 * Describes a sink, as `elasticsearch()` and the other sinks return it. `spool()` copies `module` and `options` to its
 * worker thread, which imports the module and calls its export `createSink(options)`; `startShipper()` calls
 * `createSink(options)` itself.
 *
 * @example
 * ```ts
 * import type { Sink, SinkSpec } from '@spanline/ship';
 *
 * export function createSink({ path }: { path: string }): Sink {
 *   return {
 *     limits: { bytes: 1_000_000, entries: 500, lingerMs: 1000, concurrency: 1 },
 *     encode: (line) => ({ kind: 'entry', parts: [line.bytes, '\n'] }),
 *     send: () => Promise.resolve({ kind: 'retry', reason: `${path} is not there` }),
 *   };
 * }
 *
 * export function tape(path: string): SinkSpec {
 *   return { name: 'tape', module: import.meta.url, options: { path }, createSink };
 * }
 * ```
 */
export interface SinkSpec {
  /** Names the sink in checkpoints, dead letters and reports: letters, digits, `-` and `_`. */
  readonly name: string;
  /**
   * URL of the module that exports `createSink`: `import.meta.url`. The worker thread imports it, so it must not be the
   * application's main module.
   */
  readonly module: string;
  /** Argument of `createSink`. It must survive `structuredClone`, so it has no functions. */
  readonly options: unknown;
  /** How lines are redacted for this sink. The sink gets the function, and applies it to what `parseLine` returns. */
  readonly redact?: RedactionSpec;
  /** The module's export of that name. */
  readonly createSink: (options: never, redact?: RedactLine) => Sink;
  /**
   * Sinks for lines that the same target takes at another address, such as scores. Each has checkpoints, dead letters
   * and figures of its own. They redact as this sink does, unless they say otherwise.
   */
  readonly companions?: readonly SinkSpec[];
}
