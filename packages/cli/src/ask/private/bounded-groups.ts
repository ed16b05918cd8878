/** Sums of groups to which each user contributes a bounded part. */

import { type Field, fieldValues, type Value } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';

/** The most that one user contributes. */
export interface Bounds {
  /** Spans over all groups: the first ones that are read. */
  readonly spans: number;
  /** Groups: the first ones. At most as many as spans. */
  readonly groups: number;
  /** Input and output tokens of one span. */
  readonly spanTokens: number;
  /** Cost of one span, in US dollars. */
  readonly spanCostUsd: number;
}

/** Exact sums of a group: whole numbers, and no noise yet. Not to be published. */
export interface GroupSums {
  readonly by: readonly (Value | undefined)[];
  users: number;
  spans: number;
  errors: number;
  tokens: number;
  microUsd: number;
}

export const MICRO = 1e6;

/** A whole number from 0 to the limit; 0 for what is no number. */
function clamp(value: unknown, limit: number): number {
  const number = typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : 0;
  return Math.min(limit, Math.max(0, number));
}

const tokensOf = (record: SpanRecord): number =>
  (record['gen_ai.usage.input_tokens'] ?? 0) + (record['gen_ai.usage.output_tokens'] ?? 0);

interface Used {
  spans: number;
  readonly groups: Set<GroupSums>;
}

/**
 * Sums up the spans of groups within bounds. Which spans of a user count depends on that user's spans alone, so that
 * a user changes nothing but the own part. A span without `user.id` does not count: whose it is cannot be known.
 */
export async function boundedGroups(
  spans: AsyncIterable<SpanRecord>,
  by: readonly Field[],
  bounds: Bounds,
): Promise<GroupSums[]> {
  const groups = new Map<string, GroupSums>();
  const users = new Map<string, Used>();

  function groupOf(record: SpanRecord): GroupSums {
    const values = by.map((field) => fieldValues(field, record)[0]);
    const name = JSON.stringify(values.map((value) => value ?? null));
    const known = groups.get(name);
    if (known !== undefined) return known;
    const group = { by: values, users: 0, spans: 0, errors: 0, tokens: 0, microUsd: 0 };
    groups.set(name, group);
    return group;
  }

  for await (const record of spans) {
    const user = record['user.id'];
    if (typeof user !== 'string' || user === '') continue;
    const used = users.get(user) ?? { spans: 0, groups: new Set() };
    users.set(user, used);
    if (used.spans >= bounds.spans) continue;
    const group = groupOf(record);
    if (!used.groups.has(group)) {
      if (used.groups.size >= bounds.groups) continue;
      used.groups.add(group);
      group.users++;
    }
    used.spans++;
    group.spans++;
    if (record['span.status'] === 'error') group.errors++;
    group.tokens += clamp(tokensOf(record), bounds.spanTokens);
    const microUsd = (record['spanline.cost.usd'] ?? 0) * MICRO;
    group.microUsd += clamp(microUsd, Math.round(bounds.spanCostUsd * MICRO));
  }
  return [...groups.values()].filter((group) => group.users > 0);
}
