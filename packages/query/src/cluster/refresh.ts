/** How long a stored line cannot be found. */

import { props } from '@spanline/record';
import type { ClusterClient } from './client.ts';

const NAME = 'index.refresh_interval';
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Of an index that does not say. */
const DEFAULT_MS = 1000;
/** Of an index that never makes lines visible by itself. */
const OFF_MS = 60_000;

function msOf(text: unknown): number {
  if (typeof text !== 'string') return DEFAULT_MS;
  const [, digits, unit = ''] = /^(-?\d+(?:\.\d+)?)([a-z]*)$/.exec(text) ?? [];
  if (digits === undefined) return DEFAULT_MS;
  return Number(digits) < 0 ? OFF_MS : Number(digits) * (UNITS[unit] ?? 1);
}

/** The longest refresh interval of indices. An account that may not read settings gets the one of most indices. */
export async function readRefresh(client: ClusterClient, index: string): Promise<number> {
  try {
    const answer = await client.send({ to: 'caps', path: `${index}/_settings/${NAME}?flat_settings=true` }, undefined);
    return Math.max(DEFAULT_MS, ...Object.values(answer).map((one) => msOf(props(props(one)['settings'])[NAME])));
  } catch {
    return DEFAULT_MS;
  }
}
