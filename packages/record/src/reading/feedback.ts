/** Scores that are the feedback of a user. */

import type { AttributeKey, SpanRecord } from '../schema/index.ts';

const NAMES: ReadonlySet<string> = new Set(['feedback', 'user_feedback', 'thumbs', 'thumbs_up', 'thumbs_down']);
const DOWN: ReadonlySet<string> = new Set(['down', 'thumbs_down', 'negative', 'bad', 'false', 'no']);
const YES: ReadonlySet<string> = new Set(['thumbs_down', 'true', 'yes']);

const KEYS = [
  'gen_ai.evaluation.name',
  'gen_ai.evaluation.score.value',
  'spanline.evaluation.label',
] as const satisfies readonly AttributeKey[];

/** The thumb of a user, up or down, that a score stands for. `undefined` for a score that is no feedback. */
export function feedbackOf(record: Pick<SpanRecord, (typeof KEYS)[number]>): 'up' | 'down' | undefined {
  const [name, value, given] = [record[KEYS[0]], record[KEYS[1]], record[KEYS[2]]];
  const label = given?.toLowerCase();
  if (!NAMES.has(name ?? '') || (value === undefined && label === undefined)) return undefined;
  if (name === 'thumbs_down') return (value === undefined ? YES.has(label ?? '') : value >= 0.5) ? 'down' : 'up';
  return (value === undefined ? DOWN.has(label ?? '') : value <= 0) ? 'down' : 'up';
}
