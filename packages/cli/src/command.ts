import type { Readable } from 'node:stream';
import { SpanlineError } from '@spanline/record';

/** Where a command prints. `process.stdout` has this shape. */
interface CommandOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly writableNeedDrain?: boolean;
  write(text: string | Uint8Array): unknown;
  once?(event: 'drain', listener: () => void): unknown;
}

/** Streams, environment and stop signal of a command. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: CommandOutput;
  readonly stderr: { readonly isTTY?: boolean; write(text: string | Uint8Array): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the command must end. */
  readonly stop: AbortSignal;
  /** Leaves Ctrl-C to another program at the terminal, until the returned function is called. */
  readonly leaveInterrupts?: () => () => void;
}

/** Runs a command with its arguments. @returns the exit code */
export type RunCommand = (args: readonly string[], io: CommandIo) => Promise<number>;

/** Exit codes of all commands. */
export const EXIT = {
  ok: 0,
  /** Nothing was found, a check failed, or a target refused lines or a request or was not reached. */
  refused: 1,
  /** Not everything was read or shipped. */
  incomplete: 2,
  /** Ctrl-C before the command had ended (128 + SIGINT). */
  interrupted: 130,
  /** An option or a command is wrong (`EX_USAGE` of sysexits.h). */
  usage: 64,
} as const;

/** Text of an error, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Errors of servers and files. The others are about options and arguments. */
const NO_USAGE: ReadonlySet<string> = new Set([
  'ERR_BILL',
  'ERR_CLUSTER',
  'ERR_INDEX_BUSY',
  'ERR_WRITE',
  'ERR_PROMPT_STORE',
]);

/** Characters that a terminal acts on, or that hide and reorder text. A message may quote a file name, or a server. */
const ACTIVE = /(?!\n)[\p{Cc}\p{Cf}]+/gu;
const safeMessage = (error: unknown): string => messageOf(error).replaceAll(ACTIVE, ' ');

/** Says why a command could not end. @returns its exit code */
export function endEarly(name: string, error: unknown, { stop, stderr }: CommandIo): number {
  stderr.write(`spanline ${name}: ${stop.aborted ? 'interrupted' : safeMessage(error)}\n`);
  if (stop.aborted) return EXIT.interrupted;
  return error instanceof SpanlineError && !NO_USAGE.has(error.code) ? EXIT.usage : EXIT.incomplete;
}
