import { createHash } from 'node:crypto';
import { currentSpan, defaultTracer, type EndedSpan, type Tracer } from '@spanline/core';
import { currentValues } from '@spanline/core/internal';
import { checkOptions, option, type Shape, SpanlineError, UNBILLED_REASONS } from '@spanline/record';
import { formatApart, timeOfDay } from '../alerts/format-values.ts';
import { clockOption, tracerOption } from '../live/shared-options.ts';
import { DailySpend } from './daily-spend.ts';
import { BudgetExceededError, type BudgetScope, describeExcess, type Excess } from './exceeded.ts';
import { Runs } from './runs.ts';
import { SharedSpend } from './shared-spend.ts';
import type { BudgetStore } from './store.ts';

const MAX_MODELS = 100;

/** Options of {@link budget}. At least one limit is required. */
export interface BudgetOptions {
  /** The tracer whose spans are counted. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** US dollars that may be spent in a UTC day: by this process, or by all that share the store. */
  perDayUsd?: number;
  /** US dollars that one user (`userId` of the context) may spend in a UTC day. */
  perUserUsd?: number;
  /** US dollars that one run may spend: one trace, such as a request. */
  perRunUsd?: number;
  /** Model calls that one run may make. It ends a loop of model and tools that does not end by itself. */
  perLoopCalls?: number;
  /**
   * Share of `perDayUsd`, 0 to 1, at which an alert line says when the rest will be spent. @defaultValue no such line
   */
  warnAt?: number;
  /** Counters that processes share for `perDayUsd` and `perUserUsd`. @defaultValue each process counts its own calls */
  store?: BudgetStore;
  /** `throw` refuses calls with a {@link BudgetExceededError}; `warn` writes an alert line and lets them pass. */
  onExceeded: 'warn' | 'throw';
  /** Source of the time, in epoch milliseconds; for tests. @defaultValue the system's clock */
  clock?: { now(): number };
}

/** A budget. Pass it as `beforeCall`, or call it before a model call. */
export interface Budget {
  /** @throws BudgetExceededError with `onExceeded: 'throw'` */
  (): void;
  /** US dollars spent today, in total or by one user; with a store, by all processes, with what is reserved. */
  spentUsd(userId?: string): number;
  /** Stops counting. */
  close(): void;
}

const usd = option.number({ min: 0 });
const SHAPE: Shape<BudgetOptions> = {
  tracer: tracerOption,
  perDayUsd: usd,
  perUserUsd: usd,
  perRunUsd: usd,
  perLoopCalls: option.number({ min: 1, integer: true }),
  warnAt: option.number({ min: 0, max: 1 }),
  store: option.like<BudgetStore>(
    'an object with add()',
    (value) => typeof (value as BudgetStore | null)?.add === 'function',
  ),
  onExceeded: option.required(option.oneOf(['warn', 'throw'])),
  clock: clockOption,
};

/** Warns once of each model whose calls the budget does not see, or not wholly. A model on the own machine is free. */
function createCostWarnings(warn: (message: string) => void): (ended: EndedSpan) => void {
  const known = new Set<string>();
  return ({ costUsd, costReason, attributes }) => {
    const tokens = (attributes['gen_ai.usage.input_tokens'] ?? 0) + (attributes['gen_ai.usage.output_tokens'] ?? 0);
    if (costReason === undefined || UNBILLED_REASONS.includes(costReason) || tokens === 0) return;
    const model = attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'];
    const key = `${model} ${costReason}`;
    if (model === undefined || known.has(key) || known.size >= MAX_MODELS) return;
    known.add(key);
    warn(
      costUsd === undefined
        ? `calls of ${JSON.stringify(model)} have no price, and the budget does not see them`
        : `calls of ${JSON.stringify(model)} may cost more than the budget sees (${costReason})`,
    );
  };
}

const DAY_MS = 86_400_000;
const LIMITS = ['perDayUsd', 'perUserUsd', 'perRunUsd', 'perLoopCalls'] as const;
/** Name of the alert, and its metric. */
const ALERTS: Readonly<Record<BudgetScope, { name: string; metric: string }>> = {
  day: { name: 'Budget', metric: 'daily_spend_usd' },
  user: { name: 'Budget per User', metric: 'daily_spend_usd' },
  run: { name: 'Budget per Run', metric: 'cost_usd' },
  loop: { name: 'Model Calls per Run', metric: 'llm_calls' },
};

function describeRest(at: number | undefined): string {
  if (at === undefined) return '';
  return `; at this rate, the rest ${at === Infinity ? 'lasts for the day' : `is spent at ${timeOfDay(at)}`}`;
}

/** A user's id is personal, and the store is shared. */
const hashOf = (userId: string): string => createHash('sha256').update(userId).digest('hex').slice(0, 32);

/**
 * Refuses model calls, or warns, when the money of a day, a user or a run is spent, or a run makes too many calls.
 *
 * - It checks before a call and counts at its end, so that parallel calls can exceed the limit by what is in flight.
 * - With a store, all processes share the limits. Each call reserves the average cost of the calls before it.
 * - A call of a model without a price counts as nothing, and one whose cost is a lower bound as that. A warning names
 *   each such model once.
 * - At `warnAt` of the day's budget, an alert line says when the rest will be spent.
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
  const {
    tracer = defaultTracer(),
    perDayUsd,
    perUserUsd,
    perRunUsd,
    perLoopCalls,
    onExceeded,
    clock = Date,
  } = options;
  if (LIMITS.every((name) => options[name] === undefined)) {
    const expected = 'given if perUserUsd is not, nor perRunUsd or perLoopCalls';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'perDayUsd', expected });
  }
  const warn = (message: string): void => tracer.logger.warn(`spanline: ${message}`);
  const spend = new DailySpend(clock);
  const runs = new Runs();
  const { store, warnAt } = options;
  const expiresAt = (): number => (Math.floor(clock.now() / DAY_MS) + 2) * DAY_MS;
  const shared = store === undefined ? undefined : new SharedSpend({ store, clock, expiresAt, warn });

  const dayKey = (): string => new Date(clock.now()).toISOString().slice(0, 10);
  const userKey = (userId: string): string => `${dayKey()} user ${hashOf(userId)}`;
  const keysOf = (userId: string | undefined): string[] => [
    dayKey(),
    ...(perUserUsd === undefined || userId === undefined ? [] : [userKey(userId)]),
  ];

  function spentUsd(userId?: string): number {
    if (shared === undefined) return spend.spentUsd(userId);
    return shared.known(userId === undefined ? dayKey() : userKey(userId));
  }

  function write({ scope, used, limit }: Excess, message: string, severity: 'critical' | 'warning'): void {
    tracer.alert({
      ...ALERTS[scope],
      event: 'fired',
      state: severity === 'critical' ? 'ALERT' : 'WARNING',
      severity,
      message,
      value: used,
      threshold: limit,
      comparison: 'gte',
    });
  }

  function exceed(excess: Excess, key: string): void {
    const { scope, used, limit } = excess;
    if (spend.isFirstToday(key)) write(excess, describeExcess(excess), onExceeded === 'throw' ? 'critical' : 'warning');
    if (onExceeded === 'throw') throw new BudgetExceededError(scope, used, limit);
  }

  function checkRun(): void {
    const traceId = currentSpan()?.traceId;
    const { usd: used, calls } = runs.of(traceId);
    if (perRunUsd !== undefined && used >= perRunUsd)
      exceed({ scope: 'run', used, limit: perRunUsd }, `run ${traceId}`);
    if (perLoopCalls !== undefined && calls >= perLoopCalls) {
      exceed({ scope: 'loop', used: calls, limit: perLoopCalls }, `loop ${traceId}`);
    }
  }

  function checkDay(before: (userId?: string) => number, userId: string | undefined): void {
    const total = before();
    if (perDayUsd !== undefined && total >= perDayUsd) exceed({ scope: 'day', used: total, limit: perDayUsd }, '');
    if (perUserUsd === undefined || userId === undefined) return;
    const used = before(userId);
    if (used >= perUserUsd) exceed({ scope: 'user', used, limit: perUserUsd }, `user ${userId}`);
  }

  function check(): void {
    checkRun();
    const { userId } = currentValues();
    if (shared === undefined) {
      checkDay(spentUsd, userId);
      return;
    }
    const before = shared.reserve(keysOf(userId));
    try {
      checkDay((user) => before.get(user === undefined ? dayKey() : userKey(user)) ?? 0, userId);
    } catch (error) {
      shared.cancel();
      throw error;
    }
  }

  function warnEarly(): void {
    const used = spentUsd();
    if (perDayUsd === undefined || warnAt === undefined || used < perDayUsd * warnAt || used >= perDayUsd) return;
    if (!spend.isFirstToday('early')) return;
    const rest = describeRest(spend.exhaustedAt(used, perDayUsd, shared?.startOf(dayKey())));
    const [shownUsed, shownLimit] = formatApart(used, perDayUsd);
    const message = `${shownUsed} of the day's ${shownLimit} US dollars are spent${rest}`;
    write({ scope: 'day', used, limit: perDayUsd * warnAt }, message, 'warning');
  }

  const warnOfCost = createCostWarnings(warn);
  const close = tracer.onSpanEnd((ended) => {
    warnOfCost(ended);
    runs.add(ended);
    shared?.charge(ended, keysOf(ended.values.userId));
    if (!spend.add(ended) && spend.isFirstToday('more users')) {
      warn('too many users have spent money today; the budget does not watch further users');
    }
    warnEarly();
  });
  return Object.assign(check, { spentUsd, close });
}
