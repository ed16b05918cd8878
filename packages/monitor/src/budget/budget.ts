import { defaultTracer, type EndedSpan, type Tracer } from '@spanline/core';
import { currentValues } from '@spanline/core/internal';
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { clockOption, tracerOption } from '../live/shared-options.ts';
import { DailySpend } from './daily-spend.ts';

const MAX_MODELS = 100;

/** Options of {@link budget}. At least one limit is required. */
export interface BudgetOptions {
  /** The tracer whose spans are counted. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** US dollars that this process may spend in a UTC day. */
  perDayUsd?: number;
  /** US dollars that one user (`userId` of the context) may spend in a UTC day. */
  perUserUsd?: number;
  /** `throw` refuses calls with a {@link BudgetExceededError}; `warn` writes an alert line and lets them pass. */
  onExceeded: 'warn' | 'throw';
  /** Source of the time, in epoch milliseconds; for tests. @defaultValue the system's clock */
  clock?: { now(): number };
}

/** The limit that was exceeded. */
export type BudgetScope = 'day' | 'user';

/** Thrown instead of a model call that is over budget. */
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

/** A budget. Pass it as `beforeCall`, or call it before a model call. */
export interface Budget {
  /** @throws BudgetExceededError with `onExceeded: 'throw'` */
  (): void;
  /** US dollars spent today, in total or by one user. */
  spentUsd(userId?: string): number;
  /** Stops counting. */
  close(): void;
}

const usd = option.number({ min: 0 });
const SHAPE: Shape<BudgetOptions> = {
  tracer: tracerOption,
  perDayUsd: usd,
  perUserUsd: usd,
  onExceeded: option.required(option.oneOf(['warn', 'throw'])),
  clock: clockOption,
};

function describe(scope: BudgetScope, spentUsd: number, limitUsd: number): string {
  const whose = scope === 'day' ? 'the budget of the day' : 'the budget of this user';
  return `${whose} is spent: ${Number(spentUsd.toPrecision(4))} of ${limitUsd} US dollars`;
}

/** The model of a call that used tokens but has no price. */
function modelWithoutPrice({ costUsd, attributes }: EndedSpan): string | undefined {
  const tokens = (attributes['gen_ai.usage.input_tokens'] ?? 0) + (attributes['gen_ai.usage.output_tokens'] ?? 0);
  if (costUsd !== undefined || tokens === 0) return undefined;
  return attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'];
}

/**
 * Refuses model calls, or warns, when the money of a day or a user is spent.
 *
 * - It checks before a call and counts at its end, so that parallel calls can exceed the limit by what is in flight.
 * - A call of a model without a price counts as nothing. A warning names each such model once.
 * - Each process counts its own calls, from its start.
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
  checkOptions(SHAPE, options);
  const { tracer = defaultTracer(), perDayUsd, perUserUsd, onExceeded, clock = Date } = options;
  if (perDayUsd === undefined && perUserUsd === undefined) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'perDayUsd',
      expected: 'given if perUserUsd is not',
    });
  }
  const spend = new DailySpend(clock);

  function exceed(scope: BudgetScope, key: string, spentUsd: number, limitUsd: number): void {
    if (spend.isFirstToday(key)) {
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

  function check(): void {
    const total = spend.spentUsd();
    if (perDayUsd !== undefined && total >= perDayUsd) exceed('day', '', total, perDayUsd);
    const { userId } = currentValues();
    if (perUserUsd === undefined || userId === undefined) return;
    const spentByUser = spend.spentUsd(userId);
    if (spentByUser >= perUserUsd) exceed('user', `user ${userId}`, spentByUser, perUserUsd);
  }

  const unpriced = new Set<string>();
  const close = tracer.onSpanEnd((ended) => {
    const model = modelWithoutPrice(ended);
    if (model !== undefined && !unpriced.has(model) && unpriced.size < MAX_MODELS) {
      unpriced.add(model);
      tracer.logger.warn(`spanline: calls of ${JSON.stringify(model)} have no price, and the budget does not see them`);
    }
    if (!spend.add(ended) && spend.isFirstToday('more users')) {
      tracer.logger.warn('spanline: too many users have spent money today; the budget does not watch further users');
    }
  });
  return Object.assign(check, { spentUsd: (userId?: string) => spend.spentUsd(userId), close });
}
