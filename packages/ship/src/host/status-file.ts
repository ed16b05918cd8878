import { join } from 'node:path';
import type { SinkStats } from '../contracts/report.ts';
import type { Engine } from '../engine/engine.ts';
import { createRateMeter } from '../engine/rates.ts';
import { STATUS_FILE } from '../state/file-names.ts';
import { currentProcess } from '../state/process-identity.ts';
import { replaceFile } from '../state/replace-file.ts';

const EVERY_MS = 1000;

/**
 * Writes the state of a shipper to its folder every second, for `spanline ship --status`. A shipper that waits for
 * another one leaves the file to that. Never throws: a full disk must not end a shipper.
 *
 * @returns a function that writes it a last time
 */
export function keepStatus(root: string, engine: Engine): () => void {
  const rates = createRateMeter();

  function write(isStopped: boolean): void {
    const sinks: Readonly<Record<string, SinkStats>> = engine.stats();
    const linesPerSecond = rates(sinks);
    if (engine.held().length > 0) return;
    try {
      const status = { ...currentProcess(), at: new Date().toISOString(), sinks, linesPerSecond, isStopped };
      replaceFile(join(root, STATUS_FILE), JSON.stringify(status), { isDurable: false });
    } catch {
      // The next second tries again.
    }
  }

  const timer = setInterval(write, EVERY_MS, false).unref();
  return () => {
    clearInterval(timer);
    write(true);
  };
}
