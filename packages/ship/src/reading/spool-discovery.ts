import { join } from 'node:path';
import { listWriters, WRITER_FILE } from '../spool/layout.ts';
import { writerFate } from '../spool/writer-file.ts';
import { type Stillness, watchStillness } from '../state/stillness.ts';
import type { Discovery } from './discovery.ts';
import { openSpoolSource } from './spool-source.ts';

/** Options of {@link discoverSpool}. */
export interface SpoolDiscoveryOptions {
  /** Folder of the spool. */
  readonly root: string;
  /** Folder of this process's writer; others are shipped when their writer is gone. */
  readonly own?: string;
  /** Also writers that live and have no shipper of their own. */
  readonly everyWriter?: boolean;
}

/** A writer of another container says that it lives every ten seconds. */
const ABANDONED_MS = 600_000;

function isGone(folder: string, stillness: Stillness): boolean {
  const fate = writerFate(folder);
  return fate === 'gone' || (fate === 'unknown' && stillness.stillMs(join(folder, WRITER_FILE)) >= ABANDONED_MS);
}

/** Writers below a spool's folder that nobody else ships. */
export function discoverSpool({ root, own, everyWriter = false }: SpoolDiscoveryOptions): Discovery {
  const stillness = watchStillness();
  return {
    find: () =>
      listWriters(root).flatMap((writer) => {
        const folder = join(root, writer);
        if (writer !== own && !everyWriter && !isGone(folder, stillness)) return [];
        return [{ folder, open: () => openSpoolSource({ root, writer, isGone: () => isGone(folder, stillness) }) }];
      }),
  };
}
