import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFileActivity } from './file-activity.ts';
import { acquireLock, BEAT_MS, type Lock } from './lock.ts';

/** Options of {@link lockFolders}. */
export interface LockFoldersOptions {
  /** Ends the wait. Folders that are unclear by then count as held. */
  readonly signal: AbortSignal;
  /** Called once if the holder of a lock runs elsewhere, and is given time for a sign of life. */
  readonly onWait?: (folder: string) => void;
}

/** The locks of folders that one command changes. */
export interface FolderLocks {
  /** Whether the folder may be changed now. */
  isHeld(folder: string): boolean;
  /** Why a folder is not locked: `held` by another process, or the code of the system's error. */
  refusal(folder: string): string | undefined;
  release(): void;
}

const LOOK_MS = 250;

/** Whether a folder is locked, and if not, why. */
type Attempt = Lock | 'held' | 'unclear' | { readonly code: string };

/**
 * Locks folders. The holder of a lock may have run in a container that was killed. So its lock is taken over once it
 * was silent for 30 s, by the rule of {@link acquireLock}. All folders are waited for at the same time.
 */
export async function lockFolders(folders: Iterable<string>, options: LockFoldersOptions): Promise<FolderLocks> {
  const { signal, onWait } = options;
  // Not a process id: each container may have a process 1.
  const owner = randomUUID();
  const activity = watchFileActivity();
  const locks = new Map<string, Lock>();
  const refusals = new Map<string, string>();
  // Before the wait: a lock that was taken is not silent while others are waited for.
  const beats = setInterval(() => {
    for (const lock of locks.values()) lock.beat();
  }, BEAT_MS);
  beats.unref();

  function attempt(folder: string): Attempt {
    try {
      return acquireLock(folder, owner, activity);
    } catch (error) {
      return { code: (error as NodeJS.ErrnoException).code ?? String(error) };
    }
  }

  function settle(folder: string): boolean {
    const taken = attempt(folder);
    if (taken === 'unclear') return false;
    if (taken === 'held') refusals.set(folder, taken);
    else if ('code' in taken) refusals.set(folder, taken.code);
    else locks.set(folder, taken);
    return true;
  }

  let open = [...new Set(folders)];
  for (let looks = 0; open.length > 0; looks++) {
    open = open.filter((folder) => !settle(folder));
    const [first] = open;
    if (first === undefined) break;
    if (looks === 0) onWait?.(first);
    if (!signal.aborted) await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) continue;
    for (const folder of open) refusals.set(folder, 'held');
    open = [];
  }

  return {
    isHeld: (folder) => locks.get(folder)?.beat() === true,
    refusal: (folder) => refusals.get(folder),
    release() {
      clearInterval(beats);
      for (const lock of locks.values()) lock.release();
      locks.clear();
    },
  };
}
