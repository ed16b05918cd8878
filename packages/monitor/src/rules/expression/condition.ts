/** Requirements and the conditions of alert rules. A rule fires when its requirement is broken. */

import type { Comparison } from '../types.ts';
import { formatValue, nameOf } from './names.ts';
import type { Requirement } from './parse.ts';

const OPPOSITE: Readonly<Record<Comparison, Comparison>> = { lt: 'gte', lte: 'gt', gt: 'lte', gte: 'lt' };
const SIGNS: Readonly<Record<Comparison, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** The condition of a rule. */
export interface Condition {
  readonly metric: string;
  readonly step?: string | undefined;
  /** The rule fires while it holds. */
  readonly comparison: Comparison;
  readonly threshold: number;
}

/** The condition that fires when a requirement is broken. */
export function conditionOf({ metric, step, comparison, threshold }: Requirement): Condition {
  return { metric, comparison: OPPOSITE[comparison], threshold, ...(step === undefined ? {} : { step }) };
}

/** Writes the requirement of a condition as an expression: `p95(rerank) < 2s`. */
export function toExpression({ metric, step, comparison, threshold }: Condition): string {
  const isPlain = step !== undefined && /^[^()"\\]+$/.test(step) && !/^(?:requests?)?$/.test(step.trim());
  const quoted = step === undefined ? '' : isPlain ? `(${step})` : `(${JSON.stringify(step)})`;
  return `${nameOf(metric)}${quoted} ${SIGNS[OPPOSITE[comparison]]} ${formatValue(metric, threshold)}`;
}
