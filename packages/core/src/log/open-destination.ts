import pino, { type DestinationStream } from 'pino';
import { SpanlineError } from '@spanline/record';
import type { LogDestination, LoggerOptions } from './logger-options.ts';
import { PrettyDestination } from './pretty-destination.ts';
import { SyncDestination } from './sync-destination.ts';

const STDOUT = 1;

/** `SPANLINE_PRETTY`; `undefined` where it is not set. */
function prettyVariable(): boolean | undefined {
  const value = process.env['SPANLINE_PRETTY']?.toLowerCase() ?? '';
  return value === '' ? undefined : !['0', 'false', 'no', 'off'].includes(value);
}

function open(target: string | number, sync: boolean): DestinationStream {
  if (!sync) return pino.destination({ dest: target, sync });
  try {
    return new SyncDestination(target);
  } catch (error) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'destination',
      expected: `what can be written to (${(error as NodeJS.ErrnoException).code})`,
      got: target,
    });
  }
}

/**
 * Opens what a logger writes to: stdout when no destination is given, behind the printer of traces when lines are to be
 * pretty.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` when a path or descriptor cannot be written to
 */
export function openDestination(
  { pretty = prettyVariable(), sync = true }: LoggerOptions,
  destination: LogDestination | undefined,
): DestinationStream {
  if (destination === undefined) {
    const onTerminal = process.stdout.isTTY && process.env['NODE_ENV'] !== 'production';
    return (pretty ?? onTerminal) ? new PrettyDestination(process.stdout) : open(STDOUT, sync);
  }
  const stream = typeof destination === 'object' ? destination : open(destination, sync);
  return pretty === true ? new PrettyDestination(stream) : stream;
}
