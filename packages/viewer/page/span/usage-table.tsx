/** The usage of a model call by billed unit: used, billed at the price of the unit, price, cost. */

import type { UsageAnswer } from '../../src/contract/index.ts';
import { formatCost } from '../format.ts';

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const PRICE = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 12 });
const MILLION = 1_000_000;
/** Units that price lists name by the million. */
const BY_MILLION = /(?:tokens|characters)$/;

/** `$0.30 per million × 0.5`. */
function priceOf({ unit, unitUsd, factor }: UsageAnswer): string {
  if (unitUsd === undefined) return '';
  const list = BY_MILLION.test(unit)
    ? `$${PRICE.format(unitUsd * MILLION)} per million`
    : `$${PRICE.format(unitUsd)} each`;
  return factor === undefined ? list : `${list} × ${factor}`;
}

export function UsageTable({ usage }: { readonly usage: readonly UsageAnswer[] }) {
  const isPriced = usage.some(({ usd }) => usd !== undefined);
  return (
    <table class="usage" aria-label="Usage by unit">
      <thead class={isPriced ? undefined : 'unseen'}>
        <tr>
          <th scope="col">Unit</th>
          <th scope="col" class="number">
            Used
          </th>
          {isPriced && (
            <>
              <th scope="col" class="number">
                Billed
              </th>
              <th scope="col" class="number">
                Price
              </th>
              <th scope="col" class="number">
                Cost
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {usage.map((row) => (
          <tr key={row.unit}>
            <td>{row.unit}</td>
            <td class="number">{GROUPED.format(row.count)}</td>
            {isPriced && (
              <>
                <td class="number">{row.billed === undefined ? '' : GROUPED.format(row.billed)}</td>
                <td class="number">{priceOf(row)}</td>
                <td class="number">{row.usd === undefined ? '' : formatCost(row.usd)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
