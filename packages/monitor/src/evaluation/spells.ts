/** Tells the start of an incident from what flaps, for `maxPerDay`. */

import type { ResolvedRule, Severity } from '../rules/types.ts';
import type { RuleState, Spell } from './rule-state.ts';
import { RANK } from './transition.ts';

/** An alert flaps if it begins within this time of the last end and does not last as long. */
const FLAP_MS = 30 * 60_000;

function next(spell: Spell | undefined, isOn: boolean, now: number): Spell | undefined {
  if (!isOn) return spell === undefined || spell.until !== undefined ? spell : { ...spell, until: now };
  if (spell !== undefined && spell.until === undefined) return spell;
  return {
    from: now,
    until: undefined,
    isFlap: spell?.until !== undefined && now - spell.until < FLAP_MS,
    isSent: false,
  };
}

/** The spells after an evaluation. Missing data that is an alert belongs to the spell of the rule's severity. */
export function advanceSpells(rule: ResolvedRule, state: RuleState, now: number): RuleState['spells'] {
  const { level, isMissing, spells } = state;
  const isMissingAlert = isMissing && rule.noData === 'alert';
  const isOn = (severity: Severity): boolean =>
    RANK[level] >= (severity === 'warning' ? RANK.WARNING : RANK.ALERT) ||
    (isMissingAlert && rule.severity === severity);
  const warning = next(spells.warning, isOn('warning'), now);
  const critical = next(spells.critical, isOn('critical'), now);
  return warning === spells.warning && critical === spells.critical ? spells : { warning, critical };
}

/** True until the first message of a spell was sent. */
export function isStart({ spells }: RuleState, severity: Severity): boolean {
  return spells[severity]?.isSent === false;
}

/** True for the start of an incident that does not flap, or no longer does. */
export function isStartOfIncident(state: RuleState, severity: Severity, now: number): boolean {
  const spell = state.spells[severity];
  return spell !== undefined && isStart(state, severity) && (!spell.isFlap || now - spell.from >= FLAP_MS);
}

/** The spells after a message. Who knows of an alert needs no warning. */
export function afterStart({ spells }: RuleState, severity: Severity): RuleState['spells'] {
  const sent = (spell: Spell | undefined): Spell | undefined => spell && { ...spell, isSent: true };
  return { warning: sent(spells.warning), critical: severity === 'critical' ? sent(spells.critical) : spells.critical };
}

/** After a clock was set back, times in the future become now. */
export function spellsUntil(spells: RuleState['spells'], now: number): RuleState['spells'] {
  const isPast = (spell: Spell | undefined): boolean =>
    spell === undefined || Math.max(spell.from, spell.until ?? spell.from) <= now;
  if (isPast(spells.warning) && isPast(spells.critical)) return spells;
  const past = (spell: Spell | undefined): Spell | undefined =>
    spell && { ...spell, from: Math.min(spell.from, now), until: spell.until && Math.min(spell.until, now) };
  return { warning: past(spells.warning), critical: past(spells.critical) };
}
