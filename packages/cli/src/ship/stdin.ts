import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shipper, Spool } from '@spanline/ship';

/** Half of what a spool holds: a pipe is held up before a line would be dropped. */
const MOST_WAITING_BYTES = 536_870_912;
const LOOK_EVERY_BYTES = 4_194_304;
const LOOK_AGAIN_MS = 50;

/** Bytes that the slowest sink has not stored. */
const waitingBytes = (shipper: Shipper): number =>
  Math.max(0, ...Object.values(shipper.stats()).map(({ lagBytes }) => lagBytes));

/** Lines of the standard input are put into the spool, so that they survive what a spool survives. No more is read while very much waits there. */
export async function takeStdin(
  spooled: Spool,
  shipper: Shipper,
  { stdin, stop }: { readonly stdin: Readable; readonly stop: AbortSignal },
  mostWaitingBytes: number = MOST_WAITING_BYTES,
): Promise<void> {
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const end = (): void => lines.close();
  stop.addEventListener('abort', end, { once: true });
  let bytes = 0;

  async function makeRoom(): Promise<void> {
    bytes = 0;
    lines.pause();
    while (!stop.aborted && waitingBytes(shipper) > mostWaitingBytes) await sleep(LOOK_AGAIN_MS);
    lines.resume();
  }

  lines.on('line', (line) => {
    spooled.write(line);
    bytes += line.length;
    if (bytes >= LOOK_EVERY_BYTES) void makeRoom();
  });
  await once(lines, 'close');
  stop.removeEventListener('abort', end);
  stdin.destroy();
  await spooled.close(0);
}
