import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { joinBodies } from '../engine/batch.ts';
import type { Encoded, Sink, SourceLine } from '../engine/types.ts';
import { readLine, spell } from './convert.ts';
import { checkKeys, checkName, failOption, type SinkProfile, type SinkSpec } from './spec.ts';

/** Options of {@link file}. */
export interface FileOptions {
  /** Where lines are appended; made with mode 0600. */
  path: string;
  /** @defaultValue `file` */
  name?: string;
  /** Spelling of the lines. @defaultValue `as-is` */
  profile?: SinkProfile;
}

type Spec = Extract<SinkSpec, { kind: 'file' }>;

const PROFILES: readonly SinkProfile[] = ['as-is', 'otel', 'ecs', 'datadog'];
const LIMITS = { bytes: 1_000_000, entries: 1000, lingerMs: 200, concurrency: 1 };

/**
 * A file of JSON lines, for archives and for agents that tail one file. Lines are on the disk before the spool lets go of them; after a crash some may stand there twice.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function file(options: FileOptions): SinkSpec {
  checkKeys('file', options, ['path', 'name', 'profile']);
  const { path, profile = 'as-is' } = options;
  if (typeof path !== 'string' || path === '') failOption('file.path', 'the path of a file', path);
  if (!PROFILES.includes(profile)) failOption('file.profile', `one of ${PROFILES.join(', ')}`, profile);
  return { kind: 'file', name: checkName('file', options.name), path, profile };
}

function encode(line: SourceLine, profile: SinkProfile): Encoded {
  const read = readLine(line);
  if ('isBlank' in read) return { kind: 'skip' };
  if ('problem' in read) return { kind: 'reject', reason: read.problem };
  return {
    kind: 'entry',
    parts: [profile === 'as-is' ? line.bytes : JSON.stringify(spell(read.parsed, profile)), '\n'],
  };
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

/** The sink of a spec. */
export function createFileSink({ name, path, profile }: Spec): Sink {
  return {
    name,
    limits: LIMITS,
    encode: (line) => encode(line, profile),
    close: () => {},
    send(entries) {
      try {
        append(path, joinBodies(entries));
        return Promise.resolve({ kind: 'stored' });
      } catch (error) {
        return Promise.resolve({ kind: 'retry', reason: (error as NodeJS.ErrnoException).code ?? 'the file failed' });
      }
    },
  };
}
