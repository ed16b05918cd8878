/** The money that judges may spend in a day. */
import { checkOptions, option, type Shape } from '@spanline/record';
import { JudgeError } from './judge-error.ts';

/** Counters that processes share, such as `fileBudgetStore` of `@spanline/monitor`. */
export interface JudgeBudgetStore {
  /**
   * Adds to a counter in one step, and returns its new value. A counter that does not exist is 0.
   *
   * @param key - such as `judges 2026-11-23`
   * @param usd - US dollars, negative to give back what was reserved
   * @param expiresAt - epoch milliseconds, after which the counter is not needed
   */
  add(key: string, usd: number, expiresAt: number): number | Promise<number>;
}

/** Options of {@link judgeBudget}. */
export interface JudgeBudgetOptions {
  /** US dollars that may be spent in a UTC day. */
  perDayUsd: number;
  /** Shares the budget among processes. @defaultValue each process counts its own calls */
  store?: JudgeBudgetStore;
  /** Source of the time, in epoch milliseconds; for tests. @defaultValue the system's clock */
  clock?: { now(): number };
}

/** Money that one call has reserved. */
interface Reservation {
  /** Replaces what was reserved by what the call cost. */
  settle(usd: number): Promise<void>;
}

/** A budget, as {@link judgeBudget} returns it. Several judges may share it. */
export interface JudgeBudget {
  /**
   * Counts US dollars of a call before it is made.
   *
   * @throws JudgeError `ERR_JUDGE_BUDGET` if the day has not as much left
   */
  reserve(usd: number): Promise<Reservation>;
  /** US dollars that were spent or are reserved today, as far as this process knows. */
  spentUsd(): number;
}

const DAY_MS = 86_400_000;
/** Parts of a billionth of a cent are rounding errors of sums. */
const ROUNDING_USD = 1e-12;

const SHAPE: Shape<JudgeBudgetOptions> = {
  perDayUsd: option.required(option.number({ min: 0 })),
  store: option.like<JudgeBudgetStore>(
    'an object with add()',
    (value) => typeof (value as JudgeBudgetStore).add === 'function',
  ),
  clock: option.like<{ now(): number }>(
    'an object with now()',
    (value) => typeof (value as { now: unknown }).now === 'function',
  ),
};

/** The counters of this process. Yesterday's call may be settled today. */
function ownStore(): JudgeBudgetStore {
  let sums = new Map<string, number>();
  return {
    add(key, usd) {
      if (!sums.has(key)) sums = new Map([...sums].slice(-1));
      const sum = (sums.get(key) ?? 0) + usd;
      sums.set(key, sum);
      return sum;
    },
  };
}

/**
 * Limits what judges spend in a UTC day. A judge reserves the most that its call can cost before it asks the model, and
 * counts what it did cost afterwards, so that calls at the same time cannot exceed the limit together. A store that
 * fails refuses the call.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { judge, judgeBudget } from '@spanline/evals';
 * import OpenAI from 'openai';
 *
 * const client = new OpenAI({ apiKey: 'sk-…' });
 * const budget = judgeBudget({ perDayUsd: 5 });
 * const polite = judge({ client, model: 'gpt-4o-mini', budget, rubric: 'Is the answer polite?' });
 * ```
 */
export function judgeBudget(options: JudgeBudgetOptions): JudgeBudget {
  checkOptions(SHAPE, options);
  const { perDayUsd, store = ownStore(), clock = Date } = options;
  const known = { key: '', usd: 0 };
  const dayOf = (): { key: string; expiresAt: number } => {
    const day = Math.floor(clock.now() / DAY_MS);
    return { key: `judges ${new Date(day * DAY_MS).toISOString().slice(0, 10)}`, expiresAt: (day + 2) * DAY_MS };
  };

  async function add({ key, expiresAt }: { key: string; expiresAt: number }, usd: number): Promise<number> {
    const sum = await store.add(key, usd, expiresAt);
    // The last known day: a call of yesterday does not bring it back.
    if (key >= known.key) Object.assign(known, { key, usd: sum });
    return sum;
  }

  return {
    async reserve(usd) {
      const day = dayOf();
      const sum = await add(day, usd);
      if (sum > perDayUsd + ROUNDING_USD) {
        await add(day, -usd);
        throw new JudgeError('ERR_JUDGE_BUDGET', `the judges' budget of the day, ${perDayUsd} US dollars, is spent`);
      }
      return {
        async settle(actual) {
          if (actual !== usd) await add(day, actual - usd);
        },
      };
    },
    spentUsd: () => (known.key === dayOf().key ? known.usd : 0),
  };
}
