import { type BenchCase, measurePair } from './harness.ts';
import { ratio, type Row } from './rows.ts';

/** What a run costs in the mode `metadata`, against the mode `redacted`: they are so close that they need pairs of turns. */
export async function metadataRow(what: string, metadata: BenchCase, redacted: BenchCase): Promise<Row> {
  const { first, second, ratio: measured } = await measurePair(metadata, redacted);
  return { ...ratio(`${what}, metadata against redacted`, 1, first, second), measured };
}
