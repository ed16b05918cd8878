/** Sums of lines and of bills, next to each other: one cell for each provider, day and model. */

import type { BillEntry, BillProvider, BillUnit } from './bill.ts';

/** Facts of the calls of a cell that explain a difference. */
interface CallFacts {
  calls: number;
  /** Attempts after the first. */
  retries: number;
  /** Calls whose answer has no usage: broken-off streams, timeouts. */
  withoutUsage: number;
  /** Calls whose cost is not known, and those whose cost may differ. */
  unknownCosts: number;
  inexactCosts: number;
  readonly reasons: Set<string>;
  readonly tiers: Set<string>;
  readonly priceVersions: Set<string>;
}

/** A side of a cell. */
export interface Side {
  /** Names of the model as they are written. */
  readonly names: Set<string>;
  readonly quantities: Map<BillUnit, number>;
  /** `undefined` as long as nothing has a cost. */
  costUsd: number | undefined;
  readonly tiers: Set<string>;
}

/** Calls of one model on one day, on the lines and on the bill. */
export interface Cell {
  readonly provider: BillProvider;
  readonly day: string;
  ours: (Side & { readonly facts: CallFacts }) | undefined;
  bill: Side | undefined;
  /** Charges that are of no call. */
  isCharge: boolean;
}

/** Cells by provider, day and model. */
export interface CellTable {
  ours(provider: BillProvider, day: string, model: string): Side & { readonly facts: CallFacts };
  addBill(provider: BillProvider, entry: BillEntry): void;
  /** In the order of providers, days and models. */
  cells(): Cell[];
}

const MAX_CELLS = 200_000;

/** A model without its snapshot, its provider and its punctuation: bills and answers write them in many ways. */
function modelKey(model: string): string {
  return model
    .toLowerCase()
    .replace(/^(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|openai|ai21)[./]/, '')
    .replace(/(?:-v\d+)?:\d+$/, '')
    .replace(/[-@]?20\d\d-?\d\d-?\d\d(?:-v\d+)?$/, '')
    .replaceAll(/\((?:amazon )?bedrock edition\)/g, '')
    .replaceAll(/[^a-z0-9]/g, '');
}

const newSide = (): Side => ({ names: new Set(), quantities: new Map(), costUsd: undefined, tiers: new Set() });

const newFacts = (): CallFacts => ({
  calls: 0,
  retries: 0,
  withoutUsage: 0,
  unknownCosts: 0,
  inexactCosts: 0,
  reasons: new Set(),
  tiers: new Set(),
  priceVersions: new Set(),
});

/** Adds to a side. */
export function addTo(side: Side, unit: BillUnit, quantity: number): void {
  side.quantities.set(unit, (side.quantities.get(unit) ?? 0) + quantity);
}

/** Creates an empty table. */
export function createCells(): CellTable {
  const cells = new Map<string, Cell>();

  function cellOf(provider: BillProvider, day: string, model: string): Cell {
    const key = [provider, day, modelKey(model)].join(' ');
    let cell = cells.get(key);
    if (cell === undefined) {
      if (cells.size >= MAX_CELLS) throw new RangeError(`more than ${MAX_CELLS} models and days`);
      cells.set(key, (cell = { provider, day, ours: undefined, bill: undefined, isCharge: false }));
    }
    return cell;
  }

  return {
    ours(provider, day, model) {
      const cell = cellOf(provider, day, model);
      const side = (cell.ours ??= { ...newSide(), facts: newFacts() });
      side.names.add(model);
      return side;
    },
    addBill(provider, { day, model, unit, quantity, costUsd, tier }) {
      const cell = cellOf(provider, day, model);
      const side = (cell.bill ??= newSide());
      side.names.add(model);
      cell.isCharge = unit === 'other' && (cell.isCharge || side.quantities.size === 0);
      if (quantity !== undefined) addTo(side, unit, quantity);
      if (costUsd !== undefined) side.costUsd = (side.costUsd ?? 0) + costUsd;
      if (tier !== undefined && (quantity !== 0 || costUsd !== undefined)) side.tiers.add(tier);
    },
    cells: () => [...cells].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell),
  };
}
