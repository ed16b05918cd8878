/** Charges of Amazon Bedrock in a Cost and Usage Report, of the current form (CUR 2.0) or the one before. */

import { type BillUnit, dayIn, numberIn, type ReadRow, textIn } from './bill.ts';

const UNITS: readonly (readonly [RegExp, BillUnit])[] = [
  [/cache-?read/, 'cache read'],
  [/cache-?write.*1-?h/, 'cache write 1h'],
  [/cache-?write/, 'cache write'],
  [/output/, 'output'],
  [/input/, 'input'],
];

/** Tokens of one unit of usage. `Units` of a marketplace are not said to be tokens. */
const PER: readonly (readonly [RegExp, number])[] = [
  [/^1k tokens?$/i, 1e3],
  [/^(?:1m|million) tokens?$/i, 1e6],
  [/^tokens?$/i, 1],
];

/** `USE1-Nova-Lite-input-tokens-batch`: the place, the model, the unit. */
function modelOf(usageType: string): string {
  return usageType
    .replace(/^[A-Z]{2,4}\d?-/, '')
    .replace(/^MP:[A-Z0-9]+_/, '')
    .replace(/[-_](?:cache-?(?:read|write)-?)?(?:input|output).*$/i, '');
}

const COUNTED: ReadonlySet<string> = new Set(['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage']);

/** Reads a row. Rows of other services are left out. */
export const readBedrock: ReadRow = (row, offsetMs) => {
  const usageType = textIn(row, 'line_item_usage_type') ?? '';
  const product = ['line_item_product_code', 'product_servicecode', 'product_product_name', 'product_servicename'];
  const service = product.map((column) => textIn(row, column) ?? '').join(' ');
  if (usageType === '' && service.trim() === '') return 'unknown row';
  if (!/bedrock/i.test(service) && !/bedrock/i.test(textIn(row, 'line_item_line_item_description') ?? '')) return [];
  const day = dayIn(row, offsetMs, 'line_item_usage_start_date');
  if (day === undefined) return 'no day';
  if ((textIn(row, 'line_item_currency_code') ?? 'USD').toUpperCase() !== 'USD') return 'other currency';
  const costUsd = numberIn(row, 'line_item_net_unblended_cost', 'line_item_unblended_cost');
  if (costUsd === undefined || Number.isNaN(costUsd)) return 'no number';
  const type = textIn(row, 'line_item_line_item_type') ?? 'Usage';
  if (!COUNTED.has(type)) return [{ day, model: type, unit: 'other', costUsd }];
  const unit = UNITS.find(([pattern]) => pattern.test(usageType.toLowerCase()))?.[1] ?? 'other';
  const per = PER.find(([pattern]) => pattern.test(textIn(row, 'pricing_unit') ?? ''))?.[1];
  const amount = numberIn(row, 'line_item_usage_amount');
  const quantity = per === undefined || amount === undefined || Number.isNaN(amount) ? undefined : amount * per;
  const model = textIn(row, 'product_model') ?? modelOf(usageType);
  return [{ day, model, unit, quantity, costUsd, tier: /batch/i.test(usageType) ? 'batch' : undefined }];
};
