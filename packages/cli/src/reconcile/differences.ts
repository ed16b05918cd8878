/** Differences of lines and bills, each with its likely reason. */

import type { BillProvider, BillUnit } from './bill.ts';
import type { Cell, Side } from './cells.ts';
import type { LogTimes } from './own-sums.ts';

/** Classes of reasons. */
type ReasonClass =
  | 'not instrumented'
  | 'not on the bill'
  | 'log is cut'
  | 'no usage'
  | 'retries'
  | 'cache class'
  | 'tier'
  | 'price date'
  | 'unknown price'
  | 'other charge';

/** A reason. */
interface Reason {
  readonly class: ReasonClass;
  readonly text: string;
}

/** A sum on the lines and on the bill. */
export interface Difference {
  readonly provider: BillProvider;
  readonly day: string;
  readonly model: string;
  readonly unit: BillUnit | 'cost (USD)';
  readonly ours: number | undefined;
  readonly bill: number | undefined;
  /** `bill` − `ours`. */
  readonly difference: number;
  /** It is more than the tolerance. */
  readonly isDifferent: boolean;
  readonly reason: Reason | undefined;
}

/** Dollars that are less than a rounding of a bill. */
const LEAST_USD = 0.005;
const DAY = 86_400_000;
const HOUR = 3_600_000;

const WRITES: readonly BillUnit[] = ['cache write 5m', 'cache write 1h', 'cache write'];
const INPUTS: readonly BillUnit[] = ['input', 'cache read', ...WRITES];
const ORDER: readonly BillUnit[] = ['requests', ...INPUTS, 'output', 'web searches'];

const sumOf = (side: Side | undefined, units: readonly BillUnit[]): number =>
  units.reduce((sum, unit) => sum + (side?.quantities.get(unit) ?? 0), 0);

const isFar = (ours: number, bill: number, tolerance: number, least = 0): boolean =>
  Math.abs(bill - ours) > Math.max(least, tolerance * Math.max(Math.abs(ours), Math.abs(bill)));

const list = (values: Iterable<string>): string => [...values].toSorted().join(', ');
const amount = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** The log begins or ends within the day of a cell. */
function cutOf({ day }: Cell, { firstMs, lastMs, offsetMs }: LogTimes): string | undefined {
  const start = Date.parse(day) - offsetMs;
  if (firstMs - start > HOUR && firstMs - start < DAY)
    return `begins at ${new Date(firstMs).toISOString().slice(11, 16)}`;
  if (lastMs >= start && start + DAY - lastMs > HOUR) return `ends at ${new Date(lastMs).toISOString().slice(11, 16)}`;
  return undefined;
}

/** Why the bill counts more, or less, than the lines. */
function usageReason(cell: Cell, isMore: boolean, times: LogTimes): Reason {
  const facts = cell.ours?.facts;
  const cut = cutOf(cell, times);
  if (!isMore) {
    if (facts !== undefined && facts.reasons.has('estimated_usage'))
      return { class: 'no usage', text: 'tokens of some calls were counted locally' };
    return { class: 'not on the bill', text: 'calls of another account or key, or a bill that is not complete yet' };
  }
  if (facts !== undefined && facts.withoutUsage > 0)
    return { class: 'no usage', text: `${amount(facts.withoutUsage, 'call')} broke off before the usage came` };
  if (facts !== undefined && facts.retries > 0)
    return {
      class: 'retries',
      text: `${amount(facts.retries, 'retry').replace('retrys', 'retries')}: an attempt that failed late may be billed`,
    };
  if (cut !== undefined) return { class: 'log is cut', text: `the log ${cut} UTC` };
  return {
    class: 'not instrumented',
    text: 'calls that are not on the lines: another program, a key, a client that is not wrapped',
  };
}

/** Why equal usage costs something else. */
function priceReason({ ours, bill }: Cell): Reason {
  const facts = ours?.facts;
  const [us, them] = [ours?.costUsd ?? 0, bill?.costUsd ?? 0];
  if (facts !== undefined && facts.unknownCosts > 0)
    return {
      class: 'unknown price',
      text: `${amount(facts.unknownCosts, 'call')} without a known cost (${list(facts.reasons)})`,
    };
  const tiers = new Set([...(bill?.tiers ?? [])].filter((tier) => facts?.tiers.has(tier) !== true));
  if (tiers.size > 0) return { class: 'tier', text: `the bill has the tier ${list(tiers)}, the lines do not` };
  if (facts !== undefined && facts.tiers.size > 0)
    return { class: 'tier', text: `priced by the tier ${list(facts.tiers)}` };
  const ratio = us === 0 ? 0 : them / us;
  if (Math.abs(ratio - 0.5) < 0.02) return { class: 'tier', text: 'half the price: batch or flex' };
  if (facts !== undefined && facts.inexactCosts > 0)
    return {
      class: 'unknown price',
      text: `${amount(facts.inexactCosts, 'call')} with a cost that is not exact (${list(facts.reasons)})`,
    };
  const versions = list(facts?.priceVersions ?? []);
  return {
    class: 'price date',
    text: `priced by ${versions === '' ? 'the lines' : versions}: a newer price, a discount or a credit`,
  };
}

/** The reason of all differences of a cell, unless a unit has its own. */
function reasonOf(cell: Cell, tolerance: number, times: LogTimes): Reason {
  const { ours, bill, isCharge } = cell;
  if (isCharge) return { class: 'other charge', text: 'of no single call: storage, tools, tax or credit' };
  if (ours === undefined || bill === undefined) return usageReason(cell, ours === undefined, times);
  const counted = ORDER.filter((unit) => bill.quantities.has(unit));
  if (counted.length === 0) {
    // The bill has dollars alone.
    const facts = ours.facts;
    const isExplained = facts.unknownCosts + facts.inexactCosts + facts.tiers.size + bill.tiers.size > 0;
    const isMore = (bill.costUsd ?? 0) > (ours.costUsd ?? 0);
    return isExplained || !isMore ? priceReason(cell) : usageReason(cell, true, times);
  }
  const [us, them] = [sumOf(ours, [...INPUTS, 'output']), sumOf(bill, [...INPUTS, 'output'])];
  if (isFar(us, them, tolerance)) return usageReason(cell, them > us, times);
  const classes: readonly (readonly BillUnit[])[] = [['input'], ['cache read'], WRITES];
  if (classes.some((units) => isFar(sumOf(ours, units), sumOf(bill, units), tolerance))) {
    return { class: 'cache class', text: 'as many tokens, divided otherwise into input, cache reads and cache writes' };
  }
  return priceReason(cell);
}

/** The sums of a cell, each with its difference. */
export function differencesOf(cell: Cell, tolerance: number, times: LogTimes): Difference[] {
  const { provider, day, ours, bill } = cell;
  const model = list(ours?.names ?? bill?.names ?? []);
  const reason = reasonOf(cell, tolerance, times);
  const row = (unit: Difference['unit'], us: number | undefined, them: number | undefined, least = 0): Difference => {
    const isDifferent = isFar(us ?? 0, them ?? 0, tolerance, least);
    const difference = (them ?? 0) - (us ?? 0);
    return {
      provider,
      day,
      model,
      unit,
      ours: us,
      bill: them,
      difference,
      isDifferent,
      reason: isDifferent ? reason : undefined,
    };
  };
  const hasUsage = bill === undefined || bill.quantities.size > 0;
  // A bill that has one number for all writes to the cache is compared with all of them.
  const isWhole =
    bill?.quantities.has('cache write') === true && sumOf(bill, ['cache write 5m', 'cache write 1h']) === 0;
  const units = hasUsage
    ? ORDER.filter((unit) => {
        if (unit === 'cache write 5m' || unit === 'cache write 1h')
          return !isWhole && sumOf(ours, [unit]) + sumOf(bill, [unit]) > 0;
        if (unit === 'requests' && bill !== undefined && !bill.quantities.has('requests')) return false;
        return sumOf(ours, [unit]) + sumOf(bill, [unit]) > 0;
      })
    : [];
  const counts = units.map((unit) => {
    const parts = unit === 'cache write' && isWhole ? WRITES : [unit];
    return row(
      unit,
      ours === undefined ? undefined : sumOf(ours, parts),
      bill === undefined ? undefined : sumOf(bill, parts),
    );
  });
  const hasCost = bill?.costUsd !== undefined || (bill === undefined && ours?.costUsd !== undefined);
  return hasCost ? [...counts, row('cost (USD)', ours?.costUsd, bill?.costUsd, LEAST_USD)] : counts;
}
