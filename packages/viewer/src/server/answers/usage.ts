/** Usage and cost of a span by billed unit, and the conditions of the price. */

import type { Bill } from '@spanline/core';
import { type AttributeKey, type SpanRecord, unitOfKey } from '@spanline/record';
import type { SpanAnswer, UsageAnswer } from '../../contract/index.ts';

const nameOf = (unit: string): string => unit.replaceAll('_', ' ');

/** Units of the line, with their part of the bill. Units that only the bill has come last: a price per request. */
export function usageOf(record: SpanRecord, bill: Bill | undefined): UsageAnswer[] {
  const rows = new Map<string, UsageAnswer>();
  for (const [key, value] of Object.entries(record)) {
    const unit = unitOfKey(key);
    if (unit !== undefined && typeof value === 'number') rows.set(unit, { unit: nameOf(unit), count: value });
  }
  for (const { unit, quantity, ...item } of bill?.items ?? [])
    rows.set(unit, { count: quantity, ...rows.get(unit), unit: nameOf(unit), billed: quantity, ...item });
  return [...rows.values()];
}

const PRICE_KEYS = {
  'spanline.cost.source': 'price of',
  'spanline.cost.price_version': 'price table',
  'spanline.cost.tier': 'service tier',
  'spanline.cost.requested_tier': 'requested tier',
  'spanline.cost.region': 'region',
  'spanline.cost.list_usd': 'list price',
  'spanline.cost.reported_usd': 'reported by the provider',
} as const satisfies Partial<Record<AttributeKey, string>>;

/** Conditions of the price: whether it is exact, or why there is none; source, table, tier, region. */
export function priceOf(record: SpanRecord, bill: Bill | undefined): SpanAnswer['price'] {
  const conditions = Object.entries(PRICE_KEYS).flatMap(([key, name]) => {
    const value = record[key as keyof typeof PRICE_KEYS];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const reason = record['spanline.cost.reason'];
  if (record['spanline.cost.usd'] === undefined)
    return reason === undefined ? conditions : [['no cost, because', reason], ...conditions];
  const isExact = record['spanline.cost.exact'] !== false;
  const byPrices = record['spanline.cost.price_version'] !== undefined;
  return [
    ['exact', isExact ? 'yes' : `no, because ${reason ?? 'nobody knows'}`],
    ...conditions,
    ...(byPrices && bill === undefined
      ? [['cost by unit', 'not shown: the prices here give another sum'] as const]
      : []),
  ];
}
