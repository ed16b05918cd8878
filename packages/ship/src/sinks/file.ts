import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { RedactLine } from '../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { nameCheck, specOf } from './http-options.ts';
import { parseRecord, toProfile } from './line-format.ts';
import { captureOption, createLinePolicy, type PolicyOptions, redactOption, type SinkCapture } from './line-policy.ts';

/** Format of the lines that a file sink writes; `as-is` leaves them unchanged. */
export type SinkProfile = 'as-is' | 'otel' | 'ecs' | 'datadog';

/** Options of {@link file}. With `capture` or `redact`, the profile `as-is` is that of `otel`. */
export interface FileOptions extends PolicyOptions {
  /** File that lines are appended to. It is created with mode 0600. */
  path: string;
  /** Names the sink in checkpoints, dead letters and reports. @defaultValue `file` */
  name?: string;
  /** @defaultValue `as-is` */
  profile?: SinkProfile;
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
  redact: redactOption,
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
  const config: FileConfig = { path, profile, capture };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
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
export function createSink({ path, profile, capture }: FileConfig, redact?: RedactLine): Sink {
  const policy = createLinePolicy(capture, redact);
  const isWhole = profile === 'as-is' && policy.isOpen;
  return {
    limits: LIMITS,
    encode(line) {
      const result = parseRecord(line);
      if (result.kind !== 'record') return result;
      const parsed = policy.apply(result.parsed);
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
