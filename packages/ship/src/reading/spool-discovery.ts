import { join } from 'node:path';
import type { Discovery } from '../contracts/source.ts';
import { type FileActivity, watchFileActivity } from '../state/file-activity.ts';
import { listWriters, WRITER_FILE } from '../state/file-names.ts';
import { writerLiveness } from '../state/writer-file.ts';
import { openSpoolSource } from './spool-source.ts';

/** Options of {@link discoverSpool}. */
export interface SpoolDiscoveryOptions {
  /** Folder of the spool. */
  readonly root: string;
  /** Folder of this process's writer. Other writers are shipped once their process is gone. */
  readonly own?: string;
  /** Ship writers that are alive, too. @defaultValue false */
  readonly everyWriter?: boolean;
}

/** A writer in another container touches its file every ten seconds. */
const ABANDONED_MS = 600_000;

function isGone(folder: string, activity: FileActivity): boolean {
  const liveness = writerLiveness(folder);
  return liveness === 'gone' || (liveness === 'unknown' && activity.idleMs(join(folder, WRITER_FILE)) >= ABANDONED_MS);
}

/** Finds the writers below a spool's folder. */
export function discoverSpool({ root, own, everyWriter = false }: SpoolDiscoveryOptions): Discovery {
  const activity = watchFileActivity();
  return {
    find: () =>
      listWriters(root).flatMap((writer) => {
        const folder = join(root, writer);
        if (writer !== own && !everyWriter && !isGone(folder, activity)) return [];
        return [{ folder, open: () => openSpoolSource({ root, writer, isGone: () => isGone(folder, activity) }) }];
      }),
  };
}
