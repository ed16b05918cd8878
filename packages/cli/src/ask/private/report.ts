/** `spanline stats --dp`: its flags, and its report. */

import { join, resolve } from 'node:path';
import { type Field, resolveField, suggestField } from '@spanline/query';
import { SpanlineError, type SpanRecord } from '@spanline/record';
import { fail } from '../../fail.ts';
import type { FlagValues } from '../../flags.ts';
import { type Block, cell, type FilledColumn, type Report } from '../../report/index.ts';
import { stateFolder } from '../../state-folder.ts';
import { boundedGroups, type Bounds, MICRO } from './bounded-groups.ts';
import { createNoise } from './discrete-noise.ts';
import { logsOf, spend, type Spent, spentOf } from './ledger.ts';
import { addNoise, DELTA, type NoisePlan, planNoise, type PrivateRow, reachOf } from './private-stats.ts';

export const DP_FLAGS = { dp: 'text', 'dp-bounds': 'text', 'dp-total': 'text', 'dp-account': 'text' } as const;

/** The flags, read. */
interface Asked {
  readonly epsilon: number;
  readonly total: number;
  readonly bounds: Bounds;
  readonly logs: readonly string[];
  readonly account: string;
}

const LEAST_EPSILON = 0.001;
const MOST_EPSILON = 10;
const USUAL_TOTAL = 4;
const BOUND = /^(?<name>spans|groups|tokens|cost)=(?<value>\d+(?:\.\d+)?)$/;
const MOST_BOUND = 1e6;
const NONE = '(none)';

const tidy = (value: number): string => String(Number(value.toFixed(6)));
const short = (value: number): string => String(Number(value.toPrecision(2)));

function fieldOf(name: string): Field {
  const field = resolveField(name);
  if (field !== undefined) return field;
  const suggestion = suggestField(name);
  const hint = suggestion === undefined ? {} : { suggestion };
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: '--by',
    expected: 'names of fields',
    got: name,
    ...hint,
  });
}

function readEpsilon(option: string, given: string, most: number): number {
  const value = Number(given);
  if (value >= LEAST_EPSILON && value <= most) return value;
  return fail(option, `a number from ${LEAST_EPSILON} to ${most}`);
}

function readBounds(given = ''): Bounds {
  const values = { spans: 10, groups: 3, tokens: 8000, cost: 0.05 };
  const parts = given === '' ? [] : given.split(',');
  for (const part of parts) {
    const { name, value } = BOUND.exec(part.trim())?.groups ?? {};
    const number = Number(value);
    const isRight = number > 0 && number <= MOST_BOUND && (name === 'cost' || Number.isInteger(number));
    if (name === undefined || !isRight)
      return fail('--dp-bounds', `like spans=10,groups=3,tokens=8000,cost=0.05, each above 0`);
    values[name as keyof typeof values] = number;
  }
  const { spans, groups, tokens: spanTokens, cost: spanCostUsd } = values;
  return { spans, groups: Math.min(groups, spans), spanTokens, spanCostUsd };
}

/**
 * Reads the flags.
 *
 * @returns `undefined` without `--dp`
 * @throws SpanlineError `ERR_INVALID_OPTION` for a wrong one, and if the log has no epsilon left
 */
export function privateAsked(
  flags: FlagValues<typeof DP_FLAGS>,
  sources: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Asked | undefined {
  const { dp, 'dp-bounds': bounds, 'dp-total': total, 'dp-account': account } = flags;
  if (dp === undefined) {
    const alone = Object.keys(DP_FLAGS).find((name) => flags[name as keyof typeof DP_FLAGS] !== undefined);
    return alone === undefined ? undefined : fail(`--${alone}`, 'given together with --dp');
  }
  const asked = {
    epsilon: readEpsilon('--dp', dp, MOST_EPSILON),
    total: readEpsilon('--dp-total', total ?? String(USUAL_TOTAL), 100),
    bounds: readBounds(bounds),
    logs: logsOf(sources),
    account: account === undefined ? join(stateFolder(env), 'epsilon.ndjson') : resolve(account),
  };
  if (spentOf(asked.account, asked.logs).epsilon + asked.epsilon > asked.total + 1e-9) refuse(asked);
  return asked;
}

function refuse({ account, logs, total }: Asked): never {
  const left = Math.max(0, total - spentOf(account, logs).epsilon);
  return fail('--dp', `at most ${tidy(left)}: that is left of the total of ${total} that this log may spend`);
}

function columnsOf(by: readonly string[], rows: readonly PrivateRow[]): FilledColumn[] {
  const names = by.map((head, index): FilledColumn => ({
    head,
    isFlexible: true,
    cells: rows.map((row) => String(row.by[index] ?? NONE)),
  }));
  return [
    ...names,
    { head: 'users', align: 'right', cells: rows.map(({ users }) => cell.count(users)) },
    { head: 'spans', align: 'right', cells: rows.map(({ spans }) => cell.count(spans)) },
    { head: 'errors', align: 'right', cells: rows.map(({ errorRate }) => cell.percent(errorRate)) },
    { head: 'tokens', align: 'right', cells: rows.map(({ tokens }) => cell.some(tokens)) },
    { head: 'cost', align: 'right', cells: rows.map(({ costUsd }) => cell.costAtLeast(costUsd, 0)) },
  ];
}

function termsOf({ epsilon, total, bounds }: Asked, plan: NoisePlan, spent: Spent): string[] {
  const { spans, groups, spanTokens, spanCostUsd } = bounds;
  const reach = (figure: 'users' | 'spans' | 'tokens'): string => short(reachOf(plan, figure));
  return [
    `Differentially private for each user: epsilon ${epsilon}, delta ${DELTA}. Of this log, ${tidy(spent.epsilon)} of ${total} is spent.`,
    `A user counts with at most ${spans} spans in ${groups} groups, a span with ${spanTokens} tokens and $${spanCostUsd}. ` +
      `Spans without user.id do not count.`,
    `Noise in 19 of 20 figures: at most ±${reach('users')} users, ±${reach('spans')} spans and errors, ` +
      `±${reach('tokens')} tokens, ±$${short(reachOf(plan, 'microUsd') / MICRO)}.`,
    `Groups of fewer than about ${plan.leastUsers} users are left out. Quantiles, durations and self time are not published.`,
  ];
}

/** Reads the spans, spends epsilon, and reports figures with noise. */
export async function privateReport(
  spans: AsyncIterable<SpanRecord>,
  by: readonly string[],
  asked: Asked & { readonly limit: number },
): Promise<Report> {
  const { epsilon, total, bounds, logs, account, limit } = asked;
  const groups = await boundedGroups(spans, by.map(fieldOf), bounds);
  const plan = planNoise(epsilon, bounds);
  const all = addNoise(groups, plan, createNoise());
  const spent = spend(account, { logs, epsilon, delta: DELTA, total }) ?? refuse(asked);
  const rows = all.slice(0, limit);
  const text = rows.length === 0 ? `No group has enough users: ${plan.leastUsers}, with noise.` : '';
  const blocks: Block[] = [
    text === '' ? { kind: 'table', columns: columnsOf(by, rows) } : { kind: 'text', text },
    ...termsOf(asked, plan, spent).map((line) => ({ kind: 'text' as const, text: line, tone: 'dim' as const })),
  ];
  // Success also without rows: whether there are any is a figure itself, and a hint would name values of the log.
  return {
    blocks,
    data: { by, epsilon, delta: DELTA, spent, total, bounds, leastUsers: plan.leastUsers, scales: plan.scales, rows },
  };
}
