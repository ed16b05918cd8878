/** Numbers with units: `2s`, `1.5kB`, `$0.05`, `4k`. */

import type { Field } from '../fields/resolve.ts';

/** A unit: powers of ten, then a factor. */
interface Unit {
  readonly exponent: number;
  readonly factor?: number;
}

type Units = Readonly<Record<string, Unit>>;

const SECONDS: Units = {
  ns: { exponent: -9 },
  us: { exponent: -6 },
  µs: { exponent: -6 },
  ms: { exponent: -3 },
  s: { exponent: 0 },
  m: { exponent: 0, factor: 60 },
  min: { exponent: 0, factor: 60 },
  h: { exponent: 0, factor: 3600 },
  d: { exponent: 0, factor: 86_400 },
};
const BYTES: Units = {
  B: { exponent: 0 },
  kB: { exponent: 3 },
  KB: { exponent: 3 },
  MB: { exponent: 6 },
  GB: { exponent: 9 },
  KiB: { exponent: 0, factor: 1024 },
  MiB: { exponent: 0, factor: 1024 ** 2 },
  GiB: { exponent: 0, factor: 1024 ** 3 },
};
const COUNTS: Units = { k: { exponent: 3 }, M: { exponent: 6 } };
const NONE: Units = {};

/** How the numbers of a field are written. */
interface Quantity {
  readonly units: Units;
  /** Digits between the first unit of {@link units} that has no exponent and the field's own: milliseconds have 3. */
  readonly shift: number;
  /** The name does not state the unit, so that a number must. */
  readonly needsUnit: boolean;
  readonly example: string;
}

const TIMES: readonly (readonly [key: RegExp, shift: number])[] = [
  [/(?:^|[._])\w*_ms$/, 3],
  [/^event\.duration$/, 9],
  [/(?:_s|time_to_first_chunk)$/, 0],
];

/** The quantity of a field follows from the name of its key. */
export function quantityOf({ name, columns }: Field): Quantity {
  const [{ key, type } = { key: '', type: 'open' }] = columns;
  const shift = TIMES.find(([pattern]) => pattern.test(key))?.[1];
  if (shift !== undefined) return { units: SECONDS, shift, needsUnit: !/_m?s$/.test(name), example: '2s or 350ms' };
  if (/(?:bytes|\.size)$/.test(key)) return { units: BYTES, shift: 0, needsUnit: false, example: '2000 or 1.5MB' };
  if (key.endsWith('usd')) return { units: NONE, shift: 0, needsUnit: false, example: '0.05 or $0.05' };
  return type === 'integer'
    ? { units: COUNTS, shift: 0, needsUnit: false, example: '4000 or 4k' }
    : { units: NONE, shift: 0, needsUnit: false, example: '0.7' };
}

const NUMBER = /^(?<sign>[+-]?)(?<dollar>\$?)(?<digits>\d+(?:\.\d+)?)(?:e(?<exponent>[+-]?\d{1,3}))?(?<unit>[a-zµ]*)$/i;

/** The number that a text stands for, in the field's own unit; `undefined` if it is none. */
export function readQuantity(text: string, { units, shift, needsUnit }: Quantity): number | undefined {
  const { sign = '', dollar = '', digits = '', exponent = '0', unit: name = '' } = NUMBER.exec(text)?.groups ?? {};
  if (digits === '' || (dollar !== '' && units !== NONE)) return undefined;
  // A power of ten is added to the exponent, so that `0.1s` is exactly 100 milliseconds.
  const scaled = (power: number): number => Number(`${sign}${digits}e${Number(exponent) + power}`);
  if (name === '') return needsUnit && Number(digits) !== 0 ? undefined : scaled(0);
  const unit = Object.hasOwn(units, name) ? units[name] : undefined;
  const number = unit && scaled(unit.exponent + shift) * (unit.factor ?? 1);
  return Number.isFinite(number) ? number : undefined;
}
