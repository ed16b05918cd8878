/** When settings changed: the times at which the share of a value among the traces moves. */

import { type Setting, SETTINGS } from './settings.ts';
import type { TraceRow } from './traces.ts';

/** A change of a setting. */
export interface SettingChange {
  readonly setting: Setting;
  /** The usual value before and after. The same in both where a value got only a part of the traces. */
  readonly before: string;
  readonly after: string;
  /** The value whose share moved most, with its shares (0 to 1) before and after. */
  readonly moved: { readonly value: string; readonly before: number; readonly after: number };
  /** The last trace before the change, and the first one after it, in milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Number of traces between them: a roll-out in steps has many. */
  readonly during: number;
}

const NONE = '(none)';
/** Values of one setting whose shares are followed: the most frequent ones. */
const MAX_VALUES = 64;
const MAX_TURNS = 50;
/** Traces on each side of a split. */
const LEAST = 5;
/** Normal quantile that a split must exceed. Of a series without a change, one in hundreds does. */
const CLEAR = 4.5;
const LEAST_MOVE = 0.05;
/** Traces that say which value is the usual one. */
const NEAR = 50;
/** Strays of an old or new value that do not make a roll-out longer. */
const STRAYS = 0.01;

interface Split {
  readonly from: number;
  readonly to: number;
}

/** A place at which the share of a value moves. */
interface Turn {
  readonly at: number;
  readonly isArrival: boolean;
}

/** Turns of a series in which a value is (1) or is not (0), by binary segmentation. */
function turnsOf(is: Uint8Array, first: number, end: number, found: Turn[]): void {
  const all = end - first;
  if (all < 2 * LEAST || found.length >= MAX_TURNS) return;
  let ones = 0;
  for (let index = first; index < end; index++) ones += is[index] ?? 0;
  const share = ones / all;
  if (ones === 0 || ones === all) return;
  let [at, size, isArrival, before] = [0, 0, false, 0];
  for (let index = first; index < end - LEAST; index++) {
    before += is[index] ?? 0;
    const left = index - first + 1;
    if (left < LEAST) continue;
    const move = (ones - before) / (all - left) - before / left;
    const clear = Math.abs(move) * Math.sqrt((left * (all - left)) / (all * share * (1 - share)));
    if (Math.abs(move) >= LEAST_MOVE && clear > size) [at, size, isArrival] = [index + 1, clear, move > 0];
  }
  if (size < CLEAR) return;
  found.push({ at, isArrival });
  turnsOf(is, first, at, found);
  turnsOf(is, at, end, found);
}

/** The turns of a value with the time that each took: an arrival begins with the first traces that have the value. */
function splitsOf(is: Uint8Array): Split[] {
  const turns: Turn[] = [];
  turnsOf(is, 0, is.length, turns);
  const sorted = turns.toSorted((a, b) => a.at - b.at);
  return sorted.map(({ at, isArrival }, index): Split => {
    const [first, end] = [sorted[index - 1]?.at ?? 0, sorted[index + 1]?.at ?? is.length];
    const places = Array.from({ length: end - first }, (_, step) => first + step).filter((place) => is[place] === 1);
    const strays = Math.floor(places.length * STRAYS);
    if (isArrival) return { from: Math.min(at, places[strays] ?? at), to: at };
    return { from: at, to: Math.max(at, (places[places.length - 1 - strays] ?? at) + 1) };
  });
}

/** Splits that overlap are one change, as the arrival of one value and the departure of the other. */
function merge(splits: readonly Split[]): Split[] {
  const merged: Split[] = [];
  for (const split of splits.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = merged.at(-1);
    if (last !== undefined && split.from <= last.to + LEAST)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, split.to) };
    else merged.push(split);
  }
  return merged;
}

function countValues(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const usual = (values: readonly string[]): string =>
  [...countValues(values)].reduce((most, one) => (one[1] > most[1] ? one : most), [NONE, 0])[0];

/** The value whose share moved most. Of two that moved alike, the one that became more frequent. */
function movedMost(before: readonly string[], after: readonly string[]): SettingChange['moved'] {
  const [one, other] = [countValues(before), countValues(after)];
  const moves = [...new Set([...other.keys(), ...one.keys()])].map((value) => ({
    value,
    before: (one.get(value) ?? 0) / Math.max(1, before.length),
    after: (other.get(value) ?? 0) / Math.max(1, after.length),
  }));
  const size = (move: SettingChange['moved']): number =>
    Math.abs(move.after - move.before) + (move.after > move.before ? 1e-9 : 0);
  return moves.reduce(
    (most, move) => (size(move) > size(most) ? move : most),
    moves[0] ?? { value: NONE, before: 0, after: 0 },
  );
}

function changesOf(setting: Setting, rows: readonly TraceRow[]): SettingChange[] {
  const values = rows.map(({ settings }) => settings.get(setting) ?? NONE);
  const frequent = [...countValues(values)].toSorted((a, b) => b[1] - a[1]).slice(0, MAX_VALUES);
  if (frequent.length < 2) return [];
  const splits = frequent.flatMap(([value]) => splitsOf(Uint8Array.from(values, (one) => Number(one === value))));
  const merged = merge(splits);
  return merged.map(({ from, to }, index): SettingChange => {
    const [last, next] = [merged[index - 1]?.to ?? 0, merged[index + 1]?.from ?? values.length];
    const [before, after] = [values.slice(last, from), values.slice(to, next)];
    return {
      setting,
      before: usual(before.slice(-NEAR)),
      after: usual(after.slice(0, NEAR)),
      moved: movedMost(before, after),
      fromMs: rows[from - 1]?.startMs ?? -Infinity,
      toMs: rows[to]?.startMs ?? Infinity,
      during: to - from,
    };
  });
}

/** The changes of all settings, in the order of time. @param rows - in the order of time */
export function settingChanges(rows: readonly TraceRow[]): SettingChange[] {
  return SETTINGS.flatMap((setting) => changesOf(setting, rows)).toSorted((a, b) => a.fromMs - b.fromMs);
}
