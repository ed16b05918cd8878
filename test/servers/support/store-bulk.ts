import { type SpanRecord, toEcs } from '@spanline/record';
import type { SearchClient } from './search-client.ts';

/** Stores records under their places, in the words of a profile. @throws an error with the first one that is refused */
export async function storeBulk(
  client: SearchClient,
  index: string,
  profile: 'ecs' | 'otel',
  records: readonly SpanRecord[],
): Promise<void> {
  const lines = records.map((record, place) => {
    const document = profile === 'ecs' ? toEcs(record) : record;
    return `${JSON.stringify({ create: { _id: String(place) } })}\n${JSON.stringify(document)}\n`;
  });
  const answer = await client.send('POST', `${index}/_bulk`, lines.join(''));
  if (answer['errors'] !== false) throw new Error(JSON.stringify(answer).slice(0, 2000));
  await client.refresh(index);
}
