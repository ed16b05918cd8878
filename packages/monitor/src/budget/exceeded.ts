import { formatApart } from '../alerts/format-values.ts';

/** The limit that was exceeded. */
export type BudgetScope = 'day' | 'user' | 'run' | 'loop';

/** A limit and what was used of it: US dollars, or model calls with scope `loop`. */
export interface Excess {
  readonly scope: BudgetScope;
  readonly used: number;
  readonly limit: number;
}

const WHOSE: Readonly<Record<BudgetScope, string>> = {
  day: 'the budget of the day',
  user: 'the budget of this user',
  run: 'the budget of this run',
  loop: 'the number of model calls of this run',
};

/** Says in a sentence which limit was exceeded. */
export function describeExcess({ scope, used, limit }: Excess): string {
  const [shownUsed, shownLimit] = formatApart(used, limit);
  if (scope === 'loop') return `${WHOSE.loop} is used up: ${shownUsed} of ${shownLimit}`;
  return `${WHOSE[scope]} is spent: ${shownUsed} of ${shownLimit} US dollars`;
}

/** Thrown instead of a model call that is over budget. */
export class BudgetExceededError extends Error {
  override readonly name = 'BudgetExceededError';
  readonly code = 'ERR_BUDGET_EXCEEDED';
  readonly scope: BudgetScope;
  /** With scope `loop`, the number of model calls. */
  readonly spentUsd: number;
  /** With scope `loop`, the limit of model calls. */
  readonly limitUsd: number;

  constructor(scope: BudgetScope, spentUsd: number, limitUsd: number) {
    super(describeExcess({ scope, used: spentUsd, limit: limitUsd }));
    this.scope = scope;
    this.spentUsd = spentUsd;
    this.limitUsd = limitUsd;
  }
}
