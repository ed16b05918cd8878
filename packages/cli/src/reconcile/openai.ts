/**
 * Usage and costs of OpenAI: the answers of `/v1/organization/usage/…` and `/v1/organization/costs`, and the exports of
 * the usage page, whose columns have the same names.
 */

import { type BillEntry, type BillUnit, dayIn, numberIn, type ReadRow, textIn } from './bill.ts';

const UNITS: Readonly<Record<string, BillUnit>> = {
  input: 'input',
  'cached input': 'cache read',
  output: 'output',
  requests: 'requests',
};

/** `gpt-4o-2024-08-06, cached input`: a model and a unit; or the name of another charge. */
function lineItem(text: string): { readonly model: string; readonly unit: BillUnit } {
  const at = text.lastIndexOf(',');
  const unit =
    at === -1
      ? undefined
      : UNITS[
          text
            .slice(at + 1)
            .trim()
            .toLowerCase()
        ];
  return unit === undefined ? { model: text, unit: 'other' } : { model: text.slice(0, at).trim(), unit };
}

const STANDARD: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'not_applicable']);

/** Reads a row. */
export const readOpenAi: ReadRow = (row, offsetMs) => {
  const day = dayIn(row, offsetMs, 'start_time', 'start_time_iso', 'date', 'timestamp');
  if (day === undefined) return 'no day';
  const amount = numberIn(row, 'amount_value', 'amount', 'cost', 'cost_usd');
  if (amount !== undefined) {
    const currency = textIn(row, 'amount_currency', 'currency') ?? 'usd';
    if (currency.toLowerCase() !== 'usd') return 'other currency';
    if (Number.isNaN(amount)) return 'no number';
    const item = lineItem(textIn(row, 'line_item', 'name', 'model') ?? '(all)');
    return [{ day, ...item, costUsd: amount }];
  }
  const input = numberIn(row, 'input_tokens', 'n_context_tokens_total');
  const requests = numberIn(row, 'num_model_requests', 'num_requests', 'n_requests');
  if (input === undefined && requests === undefined) return 'unknown row';
  const cached = numberIn(row, 'input_cached_tokens') ?? 0;
  const written = numberIn(row, 'input_cache_write_tokens') ?? 0;
  const output = numberIn(row, 'output_tokens', 'n_generated_tokens_total') ?? 0;
  const tokens = [
    ['requests', requests ?? 0],
    ['input', (input ?? 0) - cached - written],
    ['cache read', cached],
    ['cache write', written],
    ['output', output],
  ] as const;
  if (tokens.some(([, quantity]) => !Number.isFinite(quantity))) return 'no number';
  const model = textIn(row, 'model', 'snapshot_id') ?? '(all)';
  const isBatch = row.get('batch') === true || /^true$/i.test(textIn(row, 'batch') ?? '');
  const named = textIn(row, 'service_tier')?.toLowerCase();
  const tier = isBatch ? 'batch' : named !== undefined && !STANDARD.has(named) ? named : undefined;
  return tokens.map(([unit, quantity]): BillEntry => ({ day, model, unit, quantity, tier }));
};
