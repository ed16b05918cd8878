/** Tells open pages that the source has new lines, by server-sent events. */

import type { ServerResponse } from 'node:http';
import type { LiveEvent } from '../contract.ts';

/** Milliseconds between two looks at the source while a page is open. */
const LOOK_MS = 200;
/** Looks without a change after which a comment keeps the connection open. */
const QUIET_LOOKS = 75;
const MAX_PAGES = 32;

export interface Live {
  /** Sends events until the connection closes. @returns false if there are too many */
  add(response: ServerResponse): boolean;
  close(): void;
}

/**
 * @param size - bytes of the source, now
 * @param onChange - called before the pages hear of a change
 */
export function createLive(size: () => Promise<number>, onChange: () => void): Live {
  const pages = new Set<ServerResponse>();
  // A change between the first answer and the first look counts.
  let bytes: Promise<number | undefined> = size().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let quiet = 0;

  const write = (text: string): void => {
    // A page that does not read hears of the next change.
    for (const page of pages) if (!page.writableNeedDrain) page.write(text);
  };

  async function look(): Promise<void> {
    const [before, now] = await Promise.all([bytes, size().catch(() => undefined)]);
    if (now !== undefined && now !== before) {
      onChange();
      write(`data: ${JSON.stringify({ bytes: now } satisfies LiveEvent)}\n\n`);
      quiet = 0;
    } else if (++quiet >= QUIET_LOOKS) {
      write(':\n\n');
      quiet = 0;
    }
    bytes = Promise.resolve(now ?? before);
    if (pages.size > 0) timer = setTimeout(() => void look(), LOOK_MS).unref();
    else timer = undefined;
  }

  return {
    add(response) {
      if (pages.size >= MAX_PAGES) return false;
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      response.write(':\n\n');
      pages.add(response);
      response.once('close', () => pages.delete(response));
      timer ??= setTimeout(() => void look(), 0).unref();
      return true;
    },
    close() {
      clearTimeout(timer);
      for (const page of pages) page.end();
    },
  };
}
