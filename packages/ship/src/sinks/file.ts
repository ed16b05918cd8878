import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { applyCapture, captureOption, type SinkCapture } from './capture-policy.ts';
import { nameCheck } from './http-options.ts';
import { parseRecord, toProfile } from './line-format.ts';

/** Format of the lines that a file sink writes; `as-is` leaves them unchanged. */
export type SinkProfile = 'as-is' | 'otel' | 'ecs' | 'datadog';

/** Options of {@link file}. */
export interface FileOptions {
  /** File that lines are appended to. It is created with mode 0600. */
  path: string;
  /** Names the sink in checkpoints, dead letters and reports. @defaultValue `file` */
  name?: string;
  /** @defaultValue `as-is` */
  profile?: SinkProfile;
  /**
   * `metadata` writes lines without prompts, answers, arguments and results; `as-is` then writes the profile `otel`.
   * @defaultValue `full`
   */
  capture?: SinkCapture;
}

interface FileConfig {
  readonly path: string;
  readonly profile: SinkProfile;
  readonly capture: SinkCapture;
}

const SHAPE: Shape<FileOptions> = {
  path: option.required(option.string()),
  name: nameCheck(),
  profile: option.oneOf(['as-is', 'otel', 'ecs', 'datadog']),
  capture: captureOption,
};
const LIMITS = { bytes: 1_000_000, entries: 1000, lingerMs: 200, concurrency: 1 };

/**
 * Appends JSON lines to a file, for archives and for agents that tail one file. Lines are synced to the disk before
 * they leave the spool. After a crash some lines may be in the file twice.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function file(options: FileOptions): SinkSpec {
  checkOptions(SHAPE, options, 'file');
  const { path, name = 'file', profile = 'as-is', capture = 'full' } = options;
  return { name, module: import.meta.url, options: { path, profile, capture } satisfies FileConfig, createSink };
}

function append(path: string, bytes: Buffer): void {
  const handle = openSync(path, 'a', 0o600);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Creates the sink from the options of its spec. @public */
export function createSink({ path, profile, capture }: FileConfig): Sink {
  const isWhole = profile === 'as-is' && capture === 'full';
  return {
    limits: LIMITS,
    encode(line) {
      const result = parseRecord(line);
      if (result.kind !== 'record') return result;
      const parsed = applyCapture(result.parsed, capture);
      if (parsed === undefined) return { kind: 'skip' };
      const body = isWhole ? line.bytes : JSON.stringify(toProfile(parsed, profile === 'as-is' ? 'otel' : profile));
      return { kind: 'entry', parts: [body, '\n'] };
    },
    send(batch) {
      try {
        append(path, batch.body());
        return Promise.resolve({ kind: 'stored' });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return Promise.resolve({ kind: 'retry', reason: code ?? 'the file cannot be written' });
      }
    },
  };
}
