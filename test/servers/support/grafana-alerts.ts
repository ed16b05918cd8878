/** Grafana's alerting, as it is documented: expressions, a condition with a limit of recovery of its own, and states. */
import type { Resource } from '@spanline/dashboards';
import { ask, calculate, type Target } from './grafana.ts';
import type { SearchClient } from './search-client.ts';

interface Evaluator {
  readonly type: 'gt' | 'lt' | 'gte' | 'lte';
  readonly params: readonly [number];
}

interface Model extends Omit<Target, 'type'> {
  readonly type?: 'reduce' | 'math' | 'threshold';
  readonly settings?: { readonly mode: string; readonly replaceWithValue: number };
  readonly conditions?: readonly [{ readonly evaluator: Evaluator; readonly unloadEvaluator?: Evaluator }];
}

interface Rule {
  readonly condition: string;
  readonly keep_firing_for: string;
  readonly data: readonly {
    readonly refId: string;
    readonly relativeTimeRange: { readonly from: number; readonly to: number };
    readonly model: Model;
  }[];
}

const HOLDS = {
  gt: (value: number, limit: number) => value > limit,
  gte: (value: number, limit: number) => value >= limit,
  lt: (value: number, limit: number) => value < limit,
  lte: (value: number, limit: number) => value <= limit,
};

const holds = ({ type, params }: Evaluator, value: number): boolean => HOLDS[type](value, params[0]);

/** Whether the condition holds. An alert that is on goes on until the other condition holds. */
async function isMet(client: SearchClient, index: string, rule: Rule, at: number, isOn: boolean): Promise<boolean> {
  const values = new Map<string, number>();
  const valueOf = (ref: string): number => values.get(ref) ?? Number.NaN;
  let met = false;
  for (const { refId, relativeTimeRange, model } of rule.data) {
    const { type, expression = '', settings, conditions } = model;
    if (type === 'math') values.set(refId, calculate(expression, valueOf));
    else if (type === 'reduce') {
      const value = valueOf(expression);
      values.set(refId, Number.isFinite(value) ? value : (settings?.replaceWithValue ?? Number.NaN));
    } else if (type === 'threshold') {
      const [{ evaluator, unloadEvaluator }] = conditions as NonNullable<Model['conditions']>;
      const value = valueOf(expression);
      met = isOn && unloadEvaluator !== undefined ? !holds(unloadEvaluator, value) : holds(evaluator, value);
    } else {
      // A line at the end belongs to the next window; no line of tests is at the beginning.
      const [from, to] = [at - relativeTimeRange.from * 1000, at - 1].map((time) => new Date(time).toISOString());
      const day = JSON.stringify(new Date(at).toISOString().slice(0, 10));
      const target = { ...model, query: model.query?.replace('now/d', day) } as Target;
      const found = await ask(client, index, target, { from: from ?? '', to: to ?? '', interval: '1m' });
      const [value = Number.NaN, ...others] = [...found.values()];
      if (others.length > 0) throw new Error(`${refId} has several values`);
      values.set(refId, value);
    }
  }
  return met;
}

const minutesOf = (text: string): number => Number(/^(\d+)m$/.exec(text)?.[1] ?? 0);

/** Whether the alert of a rule is on at each time, a minute apart. */
export async function alertStates(
  client: SearchClient,
  index: string,
  { body }: Resource,
  times: readonly number[],
): Promise<boolean[]> {
  const rule = body as unknown as Rule;
  const keepMs = minutesOf(rule.keep_firing_for) * 60_000;
  const states: boolean[] = [];
  let isOn = false;
  let goodSince: number | undefined;
  for (const at of times) {
    const met = await isMet(client, index, rule, at, isOn);
    if (met) goodSince = undefined;
    else goodSince ??= at;
    isOn = met || (isOn && at - (goodSince ?? at) < keepMs);
    states.push(isOn);
  }
  return states;
}
