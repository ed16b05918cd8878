/** Bisection of a log: which change of a setting moved latency, cost, errors or a score. */

import { checkOptions, option, type Shape, type SpanRecord } from '@spanline/record';
import type { ReadRecord } from '../../records/index.ts';
import type { NamedFigure } from '../compare/index.ts';
import { findMoves, type Move } from './moves.ts';
import { type SettingChange, settingChanges } from './setting-changes.ts';
import { createRowCollector } from './traces.ts';

/** A move of a figure, and the settings that changed in the interval of its place. */
export interface BisectedMove extends Move {
  /** One: the likely cause. Several: the lines cannot separate them. None: nothing that is recorded changed then. */
  readonly settings: readonly SettingChange[];
  /** Those of `settings` that did not change when the figure went back, if its course is `passing`. */
  readonly stayed: readonly SettingChange[];
}

/** The answer. */
export interface Bisection {
  readonly traces: number;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** In the order of time. Empty: no change was found. */
  readonly moves: readonly BisectedMove[];
  /** All changes of settings, also those that moved nothing. */
  readonly settings: readonly SettingChange[];
  readonly tested: readonly NamedFigure[];
  /** Figures of fewer than 30 traces. */
  readonly tooFew: readonly NamedFigure[];
  /** Lines of traces beyond the first 500,000. */
  readonly leftOut: number;
}

/** Options of {@link bisect}. */
export interface BisectOptions {
  /** Traces count in which a span passes. @defaultValue all */
  passes?: (record: SpanRecord) => boolean;
  /**
   * Figures that are tested: `p50_ms`, `p95_ms`, `error_rate`, `tokens`, `cost_usd`, names of scores. Fewer tests find
   * smaller changes.
   *
   * @defaultValue all
   */
  figures?: readonly string[];
}

const SHAPE: Shape<BisectOptions> = { passes: option.callback(), figures: option.list(option.string()) };

interface Place {
  readonly fromMs: number;
  readonly toMs: number;
}

const at = (changes: readonly SettingChange[], place: Place): SettingChange[] =>
  changes.filter(({ fromMs, toMs }) => fromMs <= place.toMs && toMs >= place.fromMs);

function withSettings(move: Move, changes: readonly SettingChange[]): BisectedMove {
  const settings = at(changes, move);
  const back = new Set(move.counterparts.flatMap((place) => at(changes, place).map(({ setting }) => setting)));
  return {
    ...move,
    settings,
    stayed: move.course === 'passing' ? settings.filter((one) => !back.has(one.setting)) : [],
  };
}

/**
 * Finds the times at which latency, errors, tokens, cost and scores of traces moved, and settings that changed then.
 *
 * A figure moves if a change-point test says so at 5 %, corrected for the number of figures (Holm). So a log without
 * a change names one in at most one of twenty cases, as long as neighbours are only a little alike.
 */
export async function bisect(records: AsyncIterable<ReadRecord>, options: BisectOptions = {}): Promise<Bisection> {
  checkOptions(SHAPE, options);
  const { passes, figures } = options;
  const collector = createRowCollector();
  for await (const { kind, record } of records) collector.add(kind, record, passes?.(record) ?? true);
  const { rows, leftOut } = collector.end();
  const settings = settingChanges(rows);
  const { moves, tested, tooFew } = findMoves(rows, figures);
  return {
    traces: rows.length,
    fromMs: rows[0]?.startMs,
    toMs: rows.at(-1)?.startMs,
    moves: moves.map((move) => withSettings(move, settings)).toSorted((a, b) => a.atMs - b.atMs),
    settings,
    tested,
    tooFew,
    leftOut,
  };
}
