import { type EndedSpan, SpanlineError, type Tracer } from '@spanline/core';
import { currentValues } from '@spanline/core/internal';
import { optionsOf, tracerOf } from '../options.ts';
import { Ledger } from './ledger.ts';

const MAX_MODELS = 100;

/** Options of {@link budget}. At least one limit is given. */
export interface BudgetOptions {
  /** Its spans are what is spent. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Most that this process spends in one UTC day, in US dollars. */
  perDayUsd?: number;
  /** Most that one user (`userId` of the context) spends in one UTC day, in US dollars. */
  perUserUsd?: number;
  /** `throw` ends further calls with a {@link BudgetExceededError}, `warn` writes an alert line and lets them pass. */
  onExceeded: 'warn' | 'throw';
  /** Epoch milliseconds; tests set it. @defaultValue the system's clock */
  clock?: { now(): number };
}

/** Who has spent too much. */
export type BudgetScope = 'day' | 'user';

/** Thrown in place of a model call that the budget does not allow. */
export class BudgetExceededError extends Error {
  override readonly name = 'BudgetExceededError';
  readonly code = 'ERR_BUDGET_EXCEEDED';
  readonly scope: BudgetScope;
  readonly spentUsd: number;
  readonly limitUsd: number;

  constructor(scope: BudgetScope, spentUsd: number, limitUsd: number) {
    super(describe(scope, spentUsd, limitUsd));
    this.scope = scope;
    this.spentUsd = spentUsd;
    this.limitUsd = limitUsd;
  }
}

/** A budget: call it before a model call, or give it as `beforeCall`. */
export interface Budget {
  /** @throws BudgetExceededError with `onExceeded: 'throw'` */
  (): void;
  /** What was spent today, by all or by one user; in US dollars. */
  spentUsd(userId?: string): number;
  /** Stops counting. */
  close(): void;
}

function describe(scope: BudgetScope, spentUsd: number, limitUsd: number): string {
  const whose = scope === 'day' ? 'the budget of the day' : 'the budget of this user';
  return `${whose} is spent: ${Number(spentUsd.toPrecision(4))} of ${limitUsd} US dollars`;
}

function check(options: BudgetOptions): void {
  const fail = (option: string, expected: string, got: unknown): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
  };
  const { perDayUsd, perUserUsd, onExceeded } = optionsOf(options);
  for (const [option, value] of Object.entries({ perDayUsd, perUserUsd })) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0 && value < Infinity)) {
      fail(option, 'US dollars', value);
    }
  }
  if (perDayUsd === undefined && perUserUsd === undefined) fail('perDayUsd', 'given, or perUserUsd', undefined);
  if (onExceeded !== 'warn' && onExceeded !== 'throw') fail('onExceeded', "'warn' or 'throw'", onExceeded);
}

/** The model of a call that used tokens at an unknown price. */
function modelWithoutPrice({ costUsd, attributes }: EndedSpan): string | undefined {
  const tokens = (attributes['gen_ai.usage.input_tokens'] ?? 0) + (attributes['gen_ai.usage.output_tokens'] ?? 0);
  if (costUsd !== undefined || tokens === 0) return undefined;
  return attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'];
}

/**
 * Stops model calls, or warns, when a day's or a user's money is spent. It is asked before a call and counts at its end, so that simultaneous calls spend at most what is in flight beyond the limit. What a model costs
 * must be known: a call without a price counts as nothing, which is said once for each model. Each process counts for itself, from its start.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { budget } from '@spanline/monitor';
 * import { wrapOpenAI } from '@spanline/openai';
 * import OpenAI from 'openai';
 *
 * const tracer = createTracer();
 * const beforeCall = budget({ tracer, perDayUsd: 50, perUserUsd: 1, onExceeded: 'throw' });
 * const openai = wrapOpenAI(new OpenAI({ apiKey: 'sk-…' }), { tracer, beforeCall });
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function budget(options: BudgetOptions): Budget {
  check(options);
  const { perDayUsd, perUserUsd, onExceeded, clock = Date } = options;
  const tracer = tracerOf(options.tracer);
  const ledger = new Ledger(clock);

  function refuse(scope: BudgetScope, who: string, spentUsd: number, limitUsd: number): void {
    if (ledger.isNews(who)) {
      tracer.alert({
        name: scope === 'day' ? 'Budget' : 'Budget per User',
        event: 'fired',
        state: 'ALERT',
        severity: onExceeded === 'throw' ? 'critical' : 'warning',
        message: describe(scope, spentUsd, limitUsd),
        metric: 'daily_spend_usd',
        value: spentUsd,
        threshold: limitUsd,
        comparison: 'gte',
      });
    }
    if (onExceeded === 'throw') throw new BudgetExceededError(scope, spentUsd, limitUsd);
  }

  function ask(): void {
    const total = ledger.spent(undefined);
    if (perDayUsd !== undefined && total >= perDayUsd) refuse('day', '', total, perDayUsd);
    const { userId } = currentValues();
    if (perUserUsd === undefined || userId === undefined) return;
    const own = ledger.spent(userId);
    if (own >= perUserUsd) refuse('user', `user ${userId}`, own, perUserUsd);
  }

  const unpriced = new Set<string>();
  const close = tracer.onSpanEnd((ended) => {
    const model = modelWithoutPrice(ended);
    if (model !== undefined && !unpriced.has(model) && unpriced.size < MAX_MODELS) {
      unpriced.add(model);
      tracer.logger.warn(`spanline: calls of ${JSON.stringify(model)} have no price, and the budget does not see them`);
    }
    if (!ledger.add(ended) && ledger.isNews('more users')) {
      tracer.logger.warn('spanline: too many users have spent money today; the budget of further ones is not watched');
    }
  });
  return Object.assign(ask, { spentUsd: (userId?: string) => ledger.spent(userId), close });
}
