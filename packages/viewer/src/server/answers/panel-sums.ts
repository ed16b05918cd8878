/** Values by series and time, as the measures of a metric give them, and what the metric makes of them. */

/** A series of a measure. */
export interface SeriesValues {
  readonly total: number | undefined;
  /** By the start of the interval. */
  readonly points: ReadonlyMap<number, number>;
}

/** The series of a measure, by their names. */
export type MeasureValues = ReadonlyMap<string, SeriesValues>;

/** A measure, and the value that it has without a line: 0, or none. */
export interface Measured {
  readonly values: MeasureValues;
  readonly empty: 0 | undefined;
}

type Read = (measured: Measured) => number | undefined;

function sumOf(measures: readonly Measured[], read: Read): number | undefined {
  let sum = 0;
  for (const measured of measures) {
    const value = read(measured);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}

/** The series of a metric: the sum of measures times a factor, divided by the sum of others if there are any. */
export function combine(
  of: readonly Measured[],
  per: readonly Measured[] | undefined,
  factor: number,
): Map<string, SeriesValues> {
  const valueOf = (read: Read): number | undefined => {
    const value = sumOf(of, read);
    if (value === undefined || per === undefined) return value === undefined ? undefined : value * factor;
    const whole = sumOf(per, read);
    return whole === undefined || whole === 0 ? undefined : (value * factor) / whole;
  };
  const all = [...of, ...(per ?? [])];
  const names = new Set(all.flatMap(({ values }) => [...values.keys()]));
  return new Map(
    [...names].map((name): [string, SeriesValues] => {
      const times = new Set(all.flatMap(({ values }) => [...(values.get(name)?.points.keys() ?? [])]));
      const points = [...times].flatMap((time): [number, number][] => {
        const value = valueOf(({ values, empty }) => values.get(name)?.points.get(time) ?? empty);
        return value === undefined ? [] : [[time, value]];
      });
      return [
        name,
        { total: valueOf(({ values, empty }) => values.get(name)?.total ?? empty), points: new Map(points) },
      ];
    }),
  );
}

interface Sum {
  value: number;
  lines: number;
  least: number;
}

/** Adds numbers of lines up by series, and by time. */
export function createSums(barMs: number) {
  const series = new Map<string, { readonly all: Sum; readonly bars: Map<number, Sum> }>();
  const none = (): Sum => ({ value: 0, lines: 0, least: Infinity });
  const addTo = (sum: Sum, value: number): void => {
    sum.value += value;
    sum.lines += 1;
    sum.least = Math.min(sum.least, value);
  };
  return {
    add(name: string, timeMs: number, value: number): void {
      let one = series.get(name);
      if (one === undefined) series.set(name, (one = { all: none(), bars: new Map() }));
      addTo(one.all, value);
      if (!Number.isFinite(timeMs)) return;
      const at = Math.floor(timeMs / barMs) * barMs;
      const bar = one.bars.get(at) ?? none();
      addTo(bar, value);
      one.bars.set(at, bar);
    },
    end: (read: (sum: Readonly<Sum>) => number): MeasureValues =>
      new Map(
        [...series].map(([name, { all, bars }]): [string, SeriesValues] => [
          name,
          { total: read(all), points: new Map([...bars].map(([time, sum]): [number, number] => [time, read(sum)])) },
        ]),
      ),
  };
}
