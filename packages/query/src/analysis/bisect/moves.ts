/** Where a figure moved: change points of its series, with the figure on both sides. */

import { quantileOf, SpanlineError } from '@spanline/record';
import { type ChangePoint, changePoint, holm, LEAST_SERIES } from '@spanline/record/statistics';
import {
  difference,
  type Estimate,
  type Figure,
  type FigureKind,
  figureKinds,
  type NamedFigure,
  type Sample,
  Z95,
} from '../compare/index.ts';
import { changePoints } from './change-points.ts';
import { type Course, coursesOf } from './courses.ts';
import type { TraceRow } from './traces.ts';

/** A move of a figure. */
export interface Move extends NamedFigure {
  /** Traces with the figure, between the moves before and after this one. */
  readonly before: Estimate & { readonly traces: number };
  readonly after: Estimate & { readonly traces: number };
  /** `after` − `before`, with its interval of 95 %. */
  readonly difference: Estimate;
  readonly isWorse: boolean;
  /** Of the change-point test, corrected for the number of figures. */
  readonly p: number;
  /** The first trace after the move. */
  readonly atMs: number;
  /** Interval of 95 % of the place: the last trace surely before, and the first one surely after. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly course: Course;
  /** Places of the moves that undo this one, or that it undoes. Empty unless its course is `passing`. */
  readonly counterparts: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A move whose course is not known yet. @property at - index of its first value */
interface PlacedMove extends Omit<Move, 'course' | 'counterparts'> {
  readonly at: number;
}

/** Share of the values that are no tail. */
const BODY = 0.9;

/** The observations of a figure, in the order of time. */
interface Series {
  readonly kind: FigureKind;
  readonly values: Float64Array;
  /** Starts of the traces. */
  readonly times: Float64Array;
  /** The values that are tested for a change. */
  readonly tested: Float64Array;
}

/**
 * The values that are in the tail (1), the slowest tenth, of those between two moves of all values. So a tail moves
 * only if it moves more than the rest does.
 */
function tailOf(values: Float64Array, factor: number): Float64Array {
  const borders = [0, ...changePoints(values, factor).map(({ at }) => at), values.length];
  return Float64Array.from(
    borders.slice(1).flatMap((end, index) => {
      const part = values.slice(borders[index], end);
      const limit = quantileOf(part.toSorted(), BODY) ?? 0;
      return Array.from(part, (value) => Number(value > limit));
    }),
  );
}

function seriesOf(kind: FigureKind, rows: readonly TraceRow[], factor: number): Series {
  const known = rows.flatMap(({ figures, startMs }) => {
    const value = figures.get(kind.of);
    return value === undefined ? [] : [{ value, startMs }];
  });
  const values = Float64Array.from(known, ({ value }) => value);
  const times = Float64Array.from(known, ({ startMs }) => startMs);
  return { kind, values, times, tested: kind.figure === 'p95_ms' ? tailOf(values, factor) : values };
}

function sampleOf({ values }: Series, first: number, end: number): Sample {
  return { values: values.slice(first, end), traces: Uint32Array.from({ length: end - first }, (_, index) => index) };
}

function movesOf(series: Series, first: ChangePoint, factor: number): Move[] {
  const { kind, tested, times } = series;
  const points = changePoints(tested, factor, first);
  const moves = points.flatMap(({ at, low, high, p }, index): PlacedMove[] => {
    const [start, end] = [points[index - 1]?.at ?? 0, points[index + 1]?.at ?? tested.length];
    const [one, other] = [sampleOf(series, start, at), sampleOf(series, at, end)];
    const [before, after] = [kind.estimate(one, Z95), kind.estimate(other, Z95)];
    if (before === undefined || after === undefined) return [];
    const { figure, title, unit } = kind;
    const apart = difference(before, after);
    return [
      {
        at,
        figure,
        title,
        unit,
        before: { ...before, traces: at - start },
        after: { ...after, traces: end - at },
        difference: apart,
        isWorse: kind.better === 'lower' ? apart.value > 0 : apart.value < 0,
        p,
        atMs: times[at] ?? 0,
        fromMs: times[low - 1] ?? times[0] ?? 0,
        toMs: times[high] ?? times.at(-1) ?? 0,
      },
    ];
  });
  return coursesOf(moves, tested, times).map(({ at: _, ...move }) => move);
}

/**
 * The moves of figures.
 *
 * @param rows - in the order of time
 * @param names - figures that are tested. @defaultValue all
 * @throws SpanlineError `ERR_INVALID_OPTION` for a name that no trace has
 */
export function findMoves(
  rows: readonly TraceRow[],
  names?: readonly string[],
): {
  readonly moves: readonly Move[];
  readonly tested: readonly NamedFigure[];
  readonly tooFew: readonly NamedFigure[];
} {
  const observed = new Map<Figure, true>();
  for (const { figures } of rows) for (const figure of figures.keys()) observed.set(figure, true);
  const kinds = figureKinds(observed);
  const unknown = names?.find((name) => rows.length > 0 && !kinds.some(({ figure }) => figure === name));
  if (unknown !== undefined) {
    const expected = kinds.map(({ figure }) => figure).join(', ');
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      problem: `no figure ${JSON.stringify(unknown)}: ${expected}`,
    });
  }
  const all = kinds
    .filter(({ figure }) => names === undefined || names.includes(figure))
    .map((kind) => seriesOf(kind, rows, kinds.length));
  const enough = all.filter(({ values }) => values.length >= LEAST_SERIES);
  const points = enough.map(({ tested }) => changePoint(tested));
  const ps = holm(points.map((point) => point?.p ?? 1));
  const moves = enough.flatMap((series, index) => {
    const [point, p = 1] = [points[index], ps[index]];
    return point === undefined ? [] : movesOf(series, { ...point, p }, enough.length);
  });
  const nameOf = ({ kind: { figure, title, unit } }: Series): NamedFigure => ({ figure, title, unit });
  return {
    moves,
    tested: enough.map(nameOf),
    tooFew: all.filter(({ values }) => values.length < LEAST_SERIES).map(nameOf),
  };
}
