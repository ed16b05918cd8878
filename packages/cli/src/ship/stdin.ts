import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shipper, Spool } from '@spanline/ship';

/** Half of what a spool holds: the pipe is held up before a line would be dropped. */
const MAX_WAITING_BYTES = 536_870_912;
const CHECK_EVERY_BYTES = 4_194_304;
const CHECK_AGAIN_MS = 50;
const NEWLINE = 10;

/** Bytes that the slowest sink has not stored. */
const waitingBytes = (shipper: Shipper): number =>
  Math.max(0, ...Object.values(shipper.stats()).map(({ lagBytes }) => lagBytes));

/**
 * Splits bytes at line feeds alone: JSON may contain every other separator, such as U+2028, which Node's `readline`
 * takes for the end of a line.
 */
async function* splitLines(input: Readable): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      pieces.push(bytes.subarray(start, end));
      yield Buffer.concat(pieces).toString('utf8');
      pieces = [];
      start = end + 1;
    }
    pieces.push(bytes.subarray(start));
  }
  const last = Buffer.concat(pieces).toString('utf8');
  if (last !== '') yield last;
}

/**
 * Writes lines of the standard input to the spool, until it ends. Reading pauses while `maxWaitingBytes` wait for a
 * target.
 */
export async function spoolStdin(
  spooled: Spool,
  shipper: Shipper,
  { stdin, stop }: { readonly stdin: Readable; readonly stop: AbortSignal },
  maxWaitingBytes: number = MAX_WAITING_BYTES,
): Promise<void> {
  const end = (): void => void stdin.destroy();
  stop.addEventListener('abort', end, { once: true });
  let bytes = 0;
  try {
    for await (const line of splitLines(stdin)) {
      spooled.write(line);
      bytes += line.length;
      if (bytes < CHECK_EVERY_BYTES) continue;
      bytes = 0;
      while (!stop.aborted && waitingBytes(shipper) > maxWaitingBytes) await sleep(CHECK_AGAIN_MS);
    }
  } catch (error) {
    // The stream ends with an error when it is destroyed.
    if (!stop.aborted) throw error;
  }
  stop.removeEventListener('abort', end);
  stdin.destroy();
  await spooled.close(0);
}
