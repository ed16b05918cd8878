import type { ResolvedRule } from './types.ts';

/** True for a rule on steps, whose samples are spans; every other rule is on requests. */
export function isOnSteps({ perStep, step }: Pick<ResolvedRule, 'perStep' | 'step'>): boolean {
  return perStep || step !== undefined;
}
