/**
 * Usage and cost of Anthropic: the answers of `/v1/organizations/usage_report/messages` and
 * `/v1/organizations/cost_report`, and the exports of the console.
 */

import { type BillEntry, type BillUnit, columnName, dayIn, numberIn, type ReadRow, textIn } from './bill.ts';

/** Columns of each unit: those of the API, then those of the export. */
const USAGE: readonly (readonly [unit: BillUnit, ...columns: string[]])[] = [
  ['input', 'uncached_input_tokens', 'usage_input_tokens_no_cache', 'input_tokens_no_cache'],
  ['cache read', 'cache_read_input_tokens', 'usage_input_tokens_cache_read', 'input_tokens_cache_read'],
  ['cache write 5m', 'cache_creation_ephemeral_5m_input_tokens', 'usage_input_tokens_cache_write_5m'],
  ['cache write 1h', 'cache_creation_ephemeral_1h_input_tokens', 'usage_input_tokens_cache_write_1h'],
  ['output', 'output_tokens', 'usage_output_tokens'],
  ['web searches', 'server_tool_use_web_search_requests', 'web_search_count'],
];

const TOKEN_TYPES: readonly (readonly [RegExp, BillUnit])[] = [
  [/cache_?read/, 'cache read'],
  [/ephemeral_1h|cache_write_1h/, 'cache write 1h'],
  [/ephemeral_5m|cache_write_5m/, 'cache write 5m'],
  [/cache/, 'cache write'],
  [/input/, 'input'],
  [/output/, 'output'],
  [/web_search/, 'web searches'],
];

const CENTS = 100;

/** Reads a row. */
export const readAnthropic: ReadRow = (row, offsetMs) => {
  const day = dayIn(row, offsetMs, 'starting_at', 'usage_date_utc', 'date', 'usage_date');
  if (day === undefined) return 'no day';
  const model = textIn(row, 'model', 'model_version');
  const named = textIn(row, 'service_tier', 'usage_type')?.toLowerCase();
  const tier = named === 'batch' || named === 'priority' ? named : undefined;
  // The API has cents, the export has dollars.
  const [cents, dollars] = [numberIn(row, 'amount'), numberIn(row, 'cost_usd', 'cost')];
  const costUsd = dollars ?? (cents === undefined ? undefined : cents / CENTS);
  if (costUsd !== undefined) {
    if ((textIn(row, 'currency') ?? 'USD').toUpperCase() !== 'USD') return 'other currency';
    if (Number.isNaN(costUsd)) return 'no number';
    const type = columnName(textIn(row, 'token_type', 'cost_type') ?? '');
    const unit = TOKEN_TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? 'other';
    return [{ day, model: model ?? textIn(row, 'description', 'cost_type') ?? '(all)', unit, costUsd, tier }];
  }
  const counts = USAGE.flatMap(([unit, ...columns]): BillEntry[] => {
    const quantity = numberIn(row, ...columns);
    return quantity === undefined ? [] : [{ day, model: model ?? '(all)', unit, quantity, tier }];
  });
  if (counts.length === 0) return 'unknown row';
  return counts.some(({ quantity }) => !Number.isFinite(quantity)) ? 'no number' : counts;
};
