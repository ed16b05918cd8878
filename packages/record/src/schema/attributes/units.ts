import { BILLED_UNITS, isConventionUnit, type OtherUnitKey, UNIT_KEYS } from '../units.ts';

const TOKENS = { kind: 'int', privacy: 'protected', settable: true } as const;
const PIECES = { kind: 'double', privacy: 'protected', settable: true } as const;

type UnitRow<Key extends string> = (Key extends `${string}_tokens` ? typeof TOKENS : typeof PIECES) & {
  readonly docs: string;
};

/** A row for each billed unit that the conventions have no name for. */
export const UNIT_ROWS = Object.fromEntries(
  BILLED_UNITS.filter((unit) => !isConventionUnit(unit)).map((unit) => [
    UNIT_KEYS[unit],
    { ...(unit.endsWith('_tokens') ? TOKENS : PIECES), docs: `Billed unit \`${unit}\`. Written if the call used any.` },
  ]),
) as { readonly [Key in OtherUnitKey]: UnitRow<Key> };
