import type { Readable } from 'node:stream';

/** Streams, environment and stop signal of a command. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the command must end. */
  readonly stop: AbortSignal;
}

/** Exit codes of all commands. */
export const EXIT = {
  ok: 0,
  /** A target refused lines or a request, or was not reached. */
  refused: 1,
  /** `--once` did not ship everything. */
  incomplete: 2,
  /** An option or a command is wrong (`EX_USAGE` of sysexits.h). */
  usage: 64,
} as const;

/** Text of an error, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
