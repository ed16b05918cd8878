/**
 * The gate: every value that an application or a framework hands over passes it on its way into a record. It makes of a
 * value what the key's row in the attribute table asks for, or leaves it out. Nothing here throws.
 */
import { type AttributeKey, type AttributeRow, ATTRIBUTES, isValueOf, type ValueOf } from '@spanline/record';
import { admitText } from './admit-text.ts';
import { type KeyEntry, KeyTable } from './key-table.ts';
import { type LeftOut, noteLeftOut } from './left-out.ts';
import { admitList } from './lists.ts';

/** A value as a record has it. */
export type Admitted = string | number | boolean | readonly string[];

/** The table's word on a key, in one shape for all keys: rows have many shapes, which are slower to read. */
export interface Rule extends KeyEntry {
  readonly kind: AttributeRow['kind'];
  readonly isContent: boolean;
  readonly isSettable: boolean;
  /** Not every value of the kind is allowed. */
  readonly isBound: boolean;
}

function ruleOf(key: string, { kind, privacy, settable, values, form, minimum }: AttributeRow): Rule {
  const isBound = values !== undefined || form !== undefined || minimum !== undefined;
  return { key, next: undefined, kind, isContent: privacy === 'content', isSettable: settable === true, isBound };
}

/** The rules of the attribute table. */
export const RULES: KeyTable<Rule> = new KeyTable(
  Object.entries<AttributeRow>(ATTRIBUTES).map(([key, row]) => ruleOf(key, row)),
);

function admitNumber(value: unknown, isWhole: boolean): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return isWhole ? Math.round(number) : number;
}

function toKind(key: string, { kind }: Rule, value: unknown, target: LeftOut): Admitted | undefined {
  switch (kind) {
    case 'int':
      return admitNumber(value, true);
    case 'double':
      return admitNumber(value, false);
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'strings':
      return admitList(key, value, target);
    default:
      return admitText(value);
  }
}

/** The value that a fact gets; `undefined` for nothing, and for a value that cannot be made one, which is noted. */
export function admitFact(key: string, rule: Rule, value: unknown, target: LeftOut): Admitted | undefined {
  if (value === undefined || value === null) return undefined;
  const admitted = toKind(key, rule, value, target);
  if (admitted !== undefined && (!rule.isBound || isValueOf(key, admitted))) return admitted;
  noteLeftOut(target, key);
  return undefined;
}

/** A value that a row allows. */
type AdmittedBy<Row extends AttributeRow> = Row extends { values: readonly (infer Value)[] }
  ? Value
  : ValueOf<Row['kind']>;

/** {@link admitFact} for a key of the table. */
export function admit<Key extends AttributeKey>(
  key: Key,
  value: unknown,
  target: LeftOut,
): AdmittedBy<(typeof ATTRIBUTES)[Key]> | undefined {
  const rule = RULES.get(key);
  return (rule === undefined ? undefined : admitFact(key, rule, value, target)) as
    | AdmittedBy<(typeof ATTRIBUTES)[Key]>
    | undefined;
}
