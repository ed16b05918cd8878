/** Adds up the calls of a log as providers do: by the day on which a call ended, and the model that answered. */

import { lineMs } from '@spanline/query/internal';
import { hasUnknownCost, type SpanRecord, UNIT_KEYS } from '@spanline/record';
import type { BillProvider } from './bill.ts';
import { addTo, type CellTable } from './cells.ts';

const PROVIDERS: ReadonlySet<string> = new Set<BillProvider>(['openai', 'anthropic', 'aws.bedrock']);
const isBilled = (provider: string | undefined): provider is BillProvider => PROVIDERS.has(provider ?? '');

/** First and last call of a log, in milliseconds since 1970. */
export interface LogTimes {
  firstMs: number;
  lastMs: number;
  /** Offset of the days from UTC. */
  readonly offsetMs: number;
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const unitOf = (record: SpanRecord, unit: keyof typeof UNIT_KEYS): number =>
  number((record as Readonly<Record<string, unknown>>)[UNIT_KEYS[unit]]);

/** Adds a line. @returns its time; `undefined` if its provider is none of those whose bill is compared */
export function addCall(
  record: SpanRecord,
  wanted: ReadonlySet<BillProvider>,
  table: CellTable,
  times: LogTimes,
): number | undefined {
  const provider = record['gen_ai.provider.name'];
  const hasCost = record['spanline.cost.usd'] !== undefined;
  const reason = record['spanline.cost.reason'];
  if (!isBilled(provider) || !wanted.has(provider) || (!hasCost && reason === undefined)) return undefined;
  if (record['spanline.cache.hit'] === true || reason === 'not_billed' || reason === 'self_hosted') return undefined;
  const ms = lineMs(record);
  if (ms === undefined || Math.abs(ms) > 8.64e15) return undefined;
  times.firstMs = Math.min(times.firstMs, ms);
  times.lastMs = Math.max(times.lastMs, ms);
  const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'] ?? '(no model)';
  const side = table.ours(provider, new Date(ms + times.offsetMs).toISOString().slice(0, 10), model);
  const { facts } = side;
  const input = number(record['gen_ai.usage.input_tokens']);
  const read = number(record['gen_ai.usage.cache_read.input_tokens']);
  const written = number(record['gen_ai.usage.cache_write.input_tokens']);
  const [short, long] = [unitOf(record, 'cache_write_5m_tokens'), unitOf(record, 'cache_write_1h_tokens')];
  const requests = Math.max(1, unitOf(record, 'requests'));
  for (const [unit, quantity] of [
    ['requests', requests],
    ['input', Math.max(0, input - read - written)],
    ['cache read', read],
    ['cache write 5m', short],
    ['cache write 1h', long],
    ['cache write', Math.max(0, written - short - long)],
    ['output', number(record['gen_ai.usage.output_tokens'])],
    ['web searches', unitOf(record, 'web_searches')],
  ] as const) {
    if (quantity > 0) addTo(side, unit, quantity);
  }
  if (hasCost) side.costUsd = (side.costUsd ?? 0) + number(record['spanline.cost.usd']);
  facts.calls++;
  if (number(record['spanline.retry.attempt']) > 1) facts.retries++;
  if (reason === 'no_usage' || reason === 'incomplete_usage') facts.withoutUsage++;
  if (hasUnknownCost(record)) facts.unknownCosts++;
  else if (record['spanline.cost.exact'] === false) facts.inexactCosts++;
  if (reason !== undefined) facts.reasons.add(reason);
  const tier = record['spanline.cost.tier'];
  if (tier !== undefined) facts.tiers.add(tier);
  const version = record['spanline.cost.price_version'];
  if (version !== undefined) facts.priceVersions.add(version);
  return ms;
}
