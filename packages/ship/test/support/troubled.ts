import { elasticsearch } from '@spanline/ship';
import { createIndex, type Refusal } from './elastic.ts';
import { receiver, type Receiver, type Reply } from './receiver.ts';

/** The sink under test. */
export const es = (target: Receiver, more: object = {}): ReturnType<typeof elasticsearch> =>
  elasticsearch({ url: target.url, apiKey: 'id:key', timeoutMs: 5000, ...more });

/** Answers that go wrong before an index takes over. */
export async function troubled(
  before: readonly Reply[],
  refuse?: Refusal,
): Promise<{ target: Receiver; ids: () => string[] }> {
  const index = createIndex(refuse);
  const target = await receiver((request, nth) => (nth < before.length ? before[nth] : index.bulk(request)));
  return { target, ids: () => [...index.documents.keys()] };
}

/** Ids of so many lines. */
export const allIds = (count: number): string[] => Array.from({ length: count }, (_, n) => `boot-${n}`);
