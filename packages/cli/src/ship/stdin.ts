import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shipper, Spool } from '@spanline/ship';

/** Half of what a spool holds: the pipe is held up before a line would be dropped. */
const MAX_WAITING_BYTES = 536_870_912;
const CHECK_EVERY_BYTES = 4_194_304;
const CHECK_AGAIN_MS = 50;

/** Bytes that the slowest sink has not stored. */
const waitingBytes = (shipper: Shipper): number =>
  Math.max(0, ...Object.values(shipper.stats()).map(({ lagBytes }) => lagBytes));

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
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const end = (): void => lines.close();
  stop.addEventListener('abort', end, { once: true });
  let bytes = 0;

  async function waitForTarget(): Promise<void> {
    bytes = 0;
    lines.pause();
    while (!stop.aborted && waitingBytes(shipper) > maxWaitingBytes) await sleep(CHECK_AGAIN_MS);
    lines.resume();
  }

  lines.on('line', (line) => {
    spooled.write(line);
    bytes += line.length;
    if (bytes >= CHECK_EVERY_BYTES) void waitForTarget();
  });
  await once(lines, 'close');
  stop.removeEventListener('abort', end);
  stdin.destroy();
  await spooled.close(0);
}
