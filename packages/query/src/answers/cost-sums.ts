/** Sums of costs, wherever they were added up, and the projection of a month. */

/** Cost of one day, model or user. */
export interface CostRow {
  /** Day in UTC (`2026-11-23`), model, or user. `undefined` where a call has none. */
  readonly name: string | undefined;
  /** Calls that have a cost, or of which the cost is not known. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Input tokens that were read from the provider's cache. */
  readonly cachedTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
  /** Calls whose cost is not known. */
  readonly unknownCosts: number;
}

/** Cost of a log. */
export interface Costs {
  readonly total: Omit<CostRow, 'name'>;
  /** In the order of time. */
  readonly days: readonly CostRow[];
  /** The most expensive first. */
  readonly models: readonly CostRow[];
  readonly users: readonly CostRow[];
  /** Time from the first call to the last one, in milliseconds. */
  readonly coveredMs: number;
  /**
   * Cost of 30 days at the rate of the last seven days, or of all where there are fewer. `undefined` if the calls cover
   * less than a day.
   */
  readonly monthUsd: number | undefined;
}

/** Sums of calls, in any order. */
export interface CostSums extends Pick<Costs, 'total' | 'days' | 'models' | 'users'> {
  /** Times of the first and of the last call. `undefined` if no call has a time. */
  readonly span: CallSpan | undefined;
  /** Known cost from {@link rateStart} on, in US dollars. */
  readonly recentUsd: number;
}

/** From the first call to the last one, in milliseconds since the epoch. */
export interface CallSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

const DAY = 86_400_000;
const RATE_DAYS = 7;
const MONTH_DAYS = 30;

/** The beginning of the days that the rate of a month is taken from. */
export const rateStart = ({ firstMs, lastMs }: CallSpan): number => Math.max(firstMs, lastMs - RATE_DAYS * DAY);

const byCost = (a: CostRow, b: CostRow): number =>
  b.costUsd - a.costUsd || b.calls - a.calls || ((a.name ?? '') < (b.name ?? '') ? -1 : 1);

/** Puts sums in order, and projects a month. */
export function toCosts({ total, days, models, users, span, recentUsd }: CostSums): Costs {
  const coveredMs = span === undefined ? 0 : span.lastMs - span.firstMs;
  const isRated = span !== undefined && coveredMs >= DAY;
  return {
    total,
    days: days.toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)),
    models: models.toSorted(byCost),
    users: users.toSorted(byCost),
    coveredMs,
    monthUsd: isRated ? (recentUsd / (span.lastMs - rateStart(span))) * DAY * MONTH_DAYS : undefined,
  };
}
