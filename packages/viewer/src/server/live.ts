/** Tells open pages that the source has new lines, by server-sent events. */

import type { ServerResponse } from 'node:http';
import type { Query } from '@spanline/query';
import type { LiveEvent } from '../contract/index.ts';

/** Silence after which a comment keeps the connection open. */
const QUIET_MS = 15_000;
const MAX_PAGES = 32;

export interface Live {
  /** Sends events until the connection closes. @returns false if there are too many */
  add(response: ServerResponse): boolean;
  close(): void;
}

/**
 * Looks at the source while a page is open.
 *
 * @param onChange - called before the pages hear of a change
 */
export function createLive(query: Pick<Query, 'version' | 'lookEveryMs'>, onChange: () => void): Live {
  const pages = new Set<ServerResponse>();
  const look = (): Promise<string | undefined> => query.version().catch(() => undefined);
  // A change between the first answer and the first look counts.
  let version = look();
  let timer: NodeJS.Timeout | undefined;
  let quietMs = 0;

  const write = (text: string): void => {
    // A page that does not read hears of the next change.
    for (const page of pages) if (!page.writableNeedDrain) page.write(text);
  };

  async function turn(): Promise<void> {
    const [before, now, everyMs] = await Promise.all([version, look(), query.lookEveryMs()]);
    quietMs += everyMs;
    if (now !== undefined && now !== before) {
      onChange();
      write(`data: ${JSON.stringify({ version: now } satisfies LiveEvent)}\n\n`);
      quietMs = 0;
    } else if (quietMs >= QUIET_MS) {
      write(':\n\n');
      quietMs = 0;
    }
    version = Promise.resolve(now ?? before);
    if (pages.size > 0) timer = setTimeout(() => void turn(), everyMs).unref();
    else timer = undefined;
  }

  return {
    add(response) {
      if (pages.size >= MAX_PAGES) return false;
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      response.write(':\n\n');
      pages.add(response);
      response.once('close', () => pages.delete(response));
      timer ??= setTimeout(() => void turn(), 0).unref();
      return true;
    },
    close() {
      clearTimeout(timer);
      for (const page of pages) page.end();
    },
  };
}
