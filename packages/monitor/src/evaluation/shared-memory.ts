import type { AlertStore } from '../alerts/alert-store.ts';

const ANSWER_MS = 5000;
const MAX_TRIES = 20;
const PAUSE_MS = 10;

/** A change of the shared text. It may be made several times, with another text each time. */
interface Change {
  /**
   * @param before - the shared text
   * @returns the text that replaces it
   */
  make(before: string | undefined): Promise<string>;
  /** Makes the change on what is known. The store cannot be reached. */
  makeAlone(): Promise<void>;
}

/** Options of {@link createSharedMemory}. */
export interface SharedMemoryOptions {
  readonly store: AlertStore;
  /** Name of the text. */
  readonly name: string;
  readonly warn: (message: string) => void;
}

/** The text that replicas share. */
export interface SharedMemory {
  /** Changes that were made without the store. */
  readonly alone: number;
  /** Makes a change in one step: no other replica changes the text meanwhile. Never rejects, unless the change does. */
  change(change: Change): Promise<void>;
}

async function inTime<T>(answer: T | Promise<T>): Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const late = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => reject(late), ANSWER_MS).unref();
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * attempt * PAUSE_MS).unref();
  });
}

/** Opens the text of a store. A store that cannot be reached stops nobody: the replica goes on by itself. */
export function createSharedMemory({ store, name, warn }: SharedMemoryOptions): SharedMemory {
  let alone = 0;
  let isDown = false;

  /** @returns false if another replica was faster each time. @throws whatever the change throws */
  async function tryTogether({ make }: Change): Promise<unknown> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      let before: string | undefined;
      try {
        before = await inTime(store.read(name));
      } catch (error) {
        return error;
      }
      const after = await make(before);
      try {
        if (await inTime(store.replace(name, before, after))) return undefined;
      } catch (error) {
        return error;
      }
      await pause(attempt);
    }
    return Object.assign(new Error('other replicas were faster'), { code: 'EBUSY' });
  }

  function say(failure: unknown): void {
    if (failure === undefined) {
      if (isDown) warn('the shared memory of alerts works again');
    } else if (!isDown) {
      // The message of a client may contain an address with a password.
      const { code, name: kind } = (failure ?? {}) as { code?: unknown; name?: unknown };
      const reason = typeof code === 'string' ? code : String(kind);
      warn(`the shared memory of alerts failed (${reason}); this replica alerts by itself meanwhile`);
    }
    isDown = failure !== undefined;
  }

  return {
    get alone() {
      return alone;
    },
    async change(change) {
      const failure = await tryTogether(change);
      say(failure);
      if (failure === undefined) return;
      alone++;
      await change.makeAlone();
    },
  };
}
