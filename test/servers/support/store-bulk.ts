import { type SpanRecord, toDatadog, toEcs } from '@spanline/record';
import type { SearchClient } from './search-client.ts';

const FORMS = { ecs: toEcs, datadog: toDatadog, otel: (record: SpanRecord): object => record } as const;

/** Records of one request. */
const AT_ONCE = 500;

/**
 * Stores records under their places, in the words of a profile.
 *
 * @param first - place of the first one
 * @throws an error with the first one that is refused
 */
export async function storeBulk(
  client: SearchClient,
  index: string,
  profile: keyof typeof FORMS,
  records: readonly SpanRecord[],
  first = 0,
): Promise<void> {
  const lines = records.map((record, place) => {
    const document = FORMS[profile](record);
    return `${JSON.stringify({ create: { _id: String(first + place) } })}\n${JSON.stringify(document)}\n`;
  });
  for (let from = 0; from < lines.length; from += AT_ONCE) {
    const answer = await client.send('POST', `${index}/_bulk`, lines.slice(from, from + AT_ONCE).join(''));
    if (answer['errors'] !== false) throw new Error(JSON.stringify(answer).slice(0, 2000));
  }
  await client.refresh(index);
}
