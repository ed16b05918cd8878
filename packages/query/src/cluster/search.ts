/** Searches at one point in time. Shards that gave no answer are named. */

import { list, props } from '@spanline/record';
import { type Answer, type ClusterClient, ClusterError, plain } from './client.ts';
import type { Server } from './server.ts';

/** A view of the indices that stays as it is while one question is answered. */
export interface Snapshot {
  /** @throws ClusterError, or the reason of the signal */
  search(body: Readonly<Record<string, unknown>>, signal: AbortSignal | undefined): Promise<Answer>;
  close(): Promise<void>;
}

/** Called for a part of the indices that gave no answer, or not the whole. */
export type OnMissing = (part: string, reason: string) => void;

const KEEP_ALIVE = '2m';

function nameFailures(answer: Answer, onMissing: OnMissing): void {
  const shards = props(answer['_shards']);
  const failures = list(shards['failures']).map(props);
  for (const { index, shard, reason } of failures) {
    const { type, reason: words } = props(reason);
    const said = [type, words].filter((word) => typeof word === 'string').join(': ');
    onMissing(
      `shard ${String(shard)} of ${typeof index === 'string' ? index : 'an index'}`,
      plain(said) || 'it failed',
    );
  }
  const failed = typeof shards['failed'] === 'number' ? shards['failed'] : 0;
  if (failed > 0 && failures.length === 0) onMissing('shards', `${failed} of ${String(shards['total'])} failed`);
  if (answer['timed_out'] === true) onMissing('shards', 'the search timed out on the server');
  const { skipped, partial, failed: clusters } = props(answer['_clusters']);
  const missing = [skipped, partial, clusters].reduce((sum: number, n) => sum + (typeof n === 'number' ? n : 0), 0);
  if (missing > 0) onMissing('remote clusters', `${missing} gave no whole answer`);
}

/** Opens a point in time over an index. */
export async function openSnapshot(
  client: ClusterClient,
  { isOpenSearch }: Server,
  index: string,
  onMissing: OnMissing,
  signal: AbortSignal | undefined,
): Promise<Snapshot> {
  const place = isOpenSearch ? '_search/point_in_time' : '_pit';
  const opened = await client.send({ to: 'open', path: `${index}/${place}?keep_alive=${KEEP_ALIVE}` }, signal);
  nameFailures(opened, onMissing);
  let id = opened[isOpenSearch ? 'pit_id' : 'id'];
  if (typeof id !== 'string') throw new ClusterError('the server gave no point in time');
  return {
    async search(body, until) {
      const answer = await client.send(
        { to: 'search', path: '_search', body: { ...body, pit: { id, keep_alive: KEEP_ALIVE } } },
        until,
      );
      nameFailures(answer, onMissing);
      if (typeof answer['pit_id'] === 'string') id = answer['pit_id'];
      return answer;
    },
    async close() {
      const body = isOpenSearch ? { pit_id: [id] } : { id };
      try {
        await client.send({ to: 'close', path: place, body }, undefined);
      } catch {
        // It ends by itself, soon.
      }
    },
  };
}
