/** The views that the replicas of a service have of a rule, and the view that follows from them for all. */

import { props } from '@spanline/record';
import { type Level, LEVELS, type RuleState } from './rule-state.ts';
import { RANK } from './transition.ts';

/** The view that a replica has of a rule. */
export interface Vote {
  readonly level: Level;
  readonly isMissing: boolean;
}

/** A replica that sees nothing. */
const NOTHING: Vote = { level: 'OK', isMissing: false };

export const isNothing = ({ level, isMissing }: Vote): boolean => level === 'OK' && !isMissing;

const worst = (one: Level, other: Level): Level => (RANK[other] > RANK[one] ? other : one);

/** @returns `undefined` if there are no votes. Data is missing if nobody has any. */
export function combineVotes(votes: readonly (Vote | undefined)[]): Vote | undefined {
  if (votes.length === 0) return undefined;
  const given = votes.map((vote) => vote ?? NOTHING);
  return {
    level: given.map(({ level }) => level).reduce(worst),
    isMissing: given.every(({ isMissing }) => isMissing),
  };
}

/** The shared state when one replica sees `own` and the others see `others`: the worst that anybody sees. */
export function joinVotes(shared: RuleState, own: RuleState, others: Vote | undefined, now: number): RuleState {
  const { level, isMissing } = combineVotes(others === undefined ? [own] : [own, others]) ?? own;
  return {
    ...shared,
    level,
    isMissing,
    since: shared.level === 'OK' ? now : shared.since,
    goodSince: own.level === level ? own.goodSince : undefined,
  };
}

/** Reads a vote from JSON. @returns `undefined` if it is not valid */
export function parseVote(json: unknown): Vote | undefined {
  const { level, isMissing } = props(json);
  return LEVELS.has(level) && typeof isMissing === 'boolean' ? { level: level as Level, isMissing } : undefined;
}
