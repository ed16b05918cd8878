import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { RedactLine } from '../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { nameCheck, specOf } from './http-options.ts';
import { captureOption, type PolicyOptions, redactOption } from './line-policy.ts';
import { createProfileWriter, type ProfileOptions, profileOption, type SinkProfile } from './profile-line.ts';

/** Options of {@link file}. With `capture` or `redact`, the profile `as-is` is that of `otel`. */
export interface FileOptions extends PolicyOptions {
  /** File that lines are appended to. It is created with mode 0600. */
  path: string;
  /** Names the sink in checkpoints, dead letters and reports. @defaultValue `file` */
  name?: string;
  /** @defaultValue `as-is` */
  profile?: SinkProfile;
}

interface FileConfig extends ProfileOptions {
  readonly path: string;
}

const SHAPE: Shape<FileOptions> = {
  path: option.required(option.string()),
  name: nameCheck(),
  profile: profileOption,
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
export function createSink({ path, ...profile }: FileConfig, redact?: RedactLine): Sink {
  const write = createProfileWriter(profile, redact);
  return {
    limits: LIMITS,
    encode(line) {
      const result = write(line);
      if (result.kind !== 'line') return result;
      return { kind: 'entry', parts: [result.body, '\n'] };
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
