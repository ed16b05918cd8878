import { option, type Shape } from '@spanline/record';
import { Breakdown } from './breakdown.ts';
import { type MetricValues, METRICS, readMetrics } from './catalogue.ts';
import { Cell } from './cell.ts';
import type { Measurement } from './measurement.ts';
import type { ReadRecord } from './read-record.ts';
import { RecordMeter } from './record-meter.ts';

/** A dimension to break metrics down by. `step` is the span's name; `label:tenant` is `labels.tenant`. */
export type Dimension = 'route' | 'model' | 'step' | 'session' | 'user' | `label:${string}`;

/** Options of the metrics. */
export interface MetricsOptions {
  /** At most 16 dimensions. @defaultValue `['route', 'model', 'step']` */
  by?: readonly Dimension[];
  /** Values per dimension that keep their own numbers; all others are added up as `(other)`. @defaultValue 500 */
  maxPerDimension?: number;
}

/** Metrics of a log, or of a process since its start. */
export interface Metrics {
  /** Every metric that has data. */
  values: MetricValues;
  /** The same by dimension and value. In `step` and `model`, a request is a span of that step or model. */
  by: Record<string, Record<string, MetricValues>>;
  /** The same by UTC day (`2026-11-23`), with `daily_tokens` and `daily_spend_usd`; the last 400 days. */
  daily: Record<string, MetricValues>;
  /**
   * How often a value was moved to `(other)`, by dimension. A value that occurs again starts from zero: its earlier
   * numbers stay in `(other)`.
   */
  folded: Record<string, number>;
}

const MAX_DIMENSIONS = 16;
const MAX_DAYS = 400;
const DAY_MS = 86_400_000;
const MAX_VALUE_LENGTH = 200;
const LABEL = /^label:(?<name>\w+)$/;
const FIXED: Readonly<Record<Exclude<Dimension, `label:${string}`>, keyof ReadRecord | 'model'>> = {
  route: 'http.route',
  model: 'model',
  step: 'span.name',
  session: 'session.id',
  user: 'user.id',
};
const PER_SPAN: ReadonlySet<Dimension> = new Set<Dimension>(['step', 'model']);

function keyOf(dimension: string): keyof ReadRecord | 'model' | undefined {
  if (Object.hasOwn(FIXED, dimension)) return FIXED[dimension as keyof typeof FIXED];
  const label = LABEL.exec(dimension)?.groups?.['name'];
  return label === undefined ? undefined : `labels.${label}`;
}

const dimension = option.like<Dimension>(
  'route, model, step, session, user or label:<name>',
  (value) => typeof value === 'string' && keyOf(value) !== undefined,
);

/** Rules of {@link MetricsOptions}. */
export const METRICS_SHAPE: Shape<MetricsOptions> = {
  by: option.list(dimension, `an array of at most ${MAX_DIMENSIONS} dimensions`, MAX_DIMENSIONS),
  maxPerDimension: option.number({ min: 1, integer: true }),
};

interface Axis {
  readonly name: Dimension;
  readonly key: keyof ReadRecord | 'model';
  readonly breakdown: Breakdown;
}

function valueOf(record: ReadRecord, key: Axis['key']): string | undefined {
  const value = key === 'model' ? (record['gen_ai.response.model'] ?? record['gen_ai.request.model']) : record[key];
  return value === undefined || value === '' ? undefined : String(value).slice(0, MAX_VALUE_LENGTH);
}

/** Adds up records. Their order makes no difference as long as no dimension overflows. */
export class Aggregator {
  readonly #total = new Cell();
  readonly #axes: readonly Axis[];
  readonly #days = new Map<number, Cell>();
  readonly #meter = new RecordMeter();

  /** @param options - checked by the caller with {@link METRICS_SHAPE} */
  constructor({ by = ['route', 'model', 'step'], maxPerDimension = 500 }: MetricsOptions = {}) {
    this.#axes = by.map((name) => ({
      name,
      key: keyOf(name) ?? 'span.name',
      breakdown: new Breakdown(PER_SPAN.has(name) ? 'spans' : 'requests', maxPerDimension),
    }));
  }

  /** @returns the record's measurement, valid until the next call; `undefined` for a record without metrics */
  add(record: ReadRecord): Measurement | undefined {
    const measurement = this.#meter.measure(record);
    if (measurement === undefined) return undefined;
    this.#total.add(measurement, 'requests');
    this.#addToDay(measurement);
    for (const { key, breakdown } of this.#axes) {
      const value = valueOf(record, key);
      if (value !== undefined) breakdown.add(value, measurement);
    }
    return measurement;
  }

  #addToDay(measurement: Measurement): void {
    const day = Math.floor(measurement.epochMs / DAY_MS);
    let cell = this.#days.get(day);
    if (cell === undefined) {
      this.#days.set(day, (cell = new Cell()));
      if (this.#days.size > MAX_DAYS) this.#days.delete(Math.min(...this.#days.keys()));
    }
    cell.add(measurement, 'requests');
  }

  /** How often a value was folded into `(other)`, over all dimensions. */
  get folded(): number {
    return this.#axes.reduce((sum, { breakdown }) => sum + breakdown.folded, 0);
  }

  /** The cell of the UTC day that holds this time. */
  day(epochMs: number): Cell | undefined {
    return this.#days.get(Math.floor(epochMs / DAY_MS));
  }

  read(): Metrics {
    const by: Metrics['by'] = {};
    const folded: Metrics['folded'] = {};
    for (const { name, breakdown } of this.#axes) {
      by[name] = Object.fromEntries(breakdown.entries().map(([value, cell]) => [value, readMetrics(cell)]));
      if (breakdown.folded > 0) folded[name] = breakdown.folded;
    }
    const days = [...this.#days].toSorted(([a], [b]) => a - b);
    const daily = days.map(([day, cell]) => [new Date(day * DAY_MS).toISOString().slice(0, 10), readDay(cell)]);
    return { values: readMetrics(this.#total), by, daily: Object.fromEntries(daily) as Metrics['daily'], folded };
  }
}

function readDay(cell: Cell): MetricValues {
  const values = readMetrics(cell);
  for (const [name, reader] of Object.entries(METRICS)) {
    const value = reader.isDaily ? reader.read(cell) : undefined;
    if (value !== undefined) values[name] = value;
  }
  return values;
}
