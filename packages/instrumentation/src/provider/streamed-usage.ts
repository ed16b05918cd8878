/** Token counts that a provider spreads over a stream. */

import { type Props, isObject } from '@spanline/record';

/**
 * Adds the counts of one event to those known so far. Anthropic counts the input with the first event and the output
 * with the last; some counts are repeated, some as `null`. A later count replaces an earlier one.
 *
 * @returns `known` if the event has no counts
 */
export function mergeUsage(known: Props | undefined, counts: unknown): Props | undefined {
  if (!isObject(counts)) return known;
  const merged: Props = { ...known };
  for (const [key, count] of Object.entries(counts)) {
    if (count !== null && count !== undefined) merged[key] = count;
  }
  return merged;
}
