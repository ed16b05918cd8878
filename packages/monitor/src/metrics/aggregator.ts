import { SpanlineError } from '@spanline/core';
import { Breakdown } from './breakdown.ts';
import { type MetricValues, METRICS, readMetrics } from './catalogue.ts';
import { Cell } from './cell.ts';
import { Delta } from './delta.ts';
import type { ReadRecord } from './read-record.ts';

/** What metrics can be broken down by. `step` is the span's name; `label:tenant` is `labels.tenant`. */
export type Dimension = 'route' | 'model' | 'step' | 'session' | 'user' | `label:${string}`;

/** Options of the metrics. */
export interface MetricsOptions {
  /** @defaultValue `['route', 'model', 'step']` */
  by?: readonly Dimension[];
  /** Values per dimension that keep numbers of their own; the rest is `(other)`. @defaultValue 500 */
  maxPerDimension?: number;
}

/** Numbers of a log, or of a process since its start. */
export interface Metrics {
  /** Every metric that has data. */
  values: MetricValues;
  /** The same by dimension and value. In `step` and `model`, a request is a span of that step or model. */
  by: Record<string, Record<string, MetricValues>>;
  /** The same by UTC day (`2026-11-23`), `daily_tokens` and `daily_spend_usd` included; the last 400 days. */
  daily: Record<string, MetricValues>;
  /** How often a value was moved to `(other)`, by dimension. One that occurs again later begins anew: what it counted before stays there. */
  folded: Record<string, number>;
}

const MAX_DAYS = 400;
const DAY_MS = 86_400_000;
const FIXED: Readonly<Record<string, keyof ReadRecord>> = {
  route: 'http.route',
  step: 'span.name',
  session: 'session.id',
  user: 'user.id',
};
const PER_SPAN: ReadonlySet<string> = new Set(['step', 'model']);

function keyOf(dimension: unknown, index: number): keyof ReadRecord | 'model' {
  const name = String(dimension);
  if (name === 'model') return 'model';
  if (Object.hasOwn(FIXED, name)) return FIXED[name] ?? 'span.name';
  if (/^label:[A-Za-z0-9_]+$/.test(name)) return `labels.${name.slice('label:'.length)}`;
  const expected = 'route, model, step, session, user or label:<name>';
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `by[${index}]`, expected, got: dimension });
}

interface Axis {
  readonly name: string;
  readonly key: keyof ReadRecord | 'model';
  readonly breakdown: Breakdown;
}

function readAxes({ by = ['route', 'model', 'step'], maxPerDimension = 500 }: MetricsOptions): Axis[] {
  if (!Array.isArray(by) || by.length > 16) {
    const expected = 'an array of at most 16 dimensions';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'by', expected, got: by });
  }
  if (!Number.isSafeInteger(maxPerDimension) || maxPerDimension < 1) {
    const expected = 'a whole number of at least 1';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'maxPerDimension', expected, got: maxPerDimension });
  }
  return by.map((name, index) => ({
    name,
    key: keyOf(name, index),
    breakdown: new Breakdown(PER_SPAN.has(name) ? 'spans' : 'requests', maxPerDimension),
  }));
}

function valueOf(record: ReadRecord, key: keyof ReadRecord | 'model'): string | undefined {
  const value = key === 'model' ? (record['gen_ai.response.model'] ?? record['gen_ai.request.model']) : record[key];
  return value === undefined || value === '' ? undefined : String(value).slice(0, 200);
}

/** Adds up records. The order in which they come makes no difference, as long as no dimension overflows. */
export class Aggregator {
  readonly #total = new Cell();
  readonly #axes: readonly Axis[];
  readonly #days = new Map<number, Cell>();
  readonly #delta = new Delta();

  constructor(options: MetricsOptions = {}) {
    this.#axes = readAxes(options);
  }

  /** @returns what the record added, valid until the next call; `undefined` for a record that no metric is made of */
  add(record: ReadRecord): Delta | undefined {
    const delta = this.#delta;
    if (!delta.read(record)) return undefined;
    this.#total.add(delta, 'requests');
    this.#addToDay(delta);
    for (const { key, breakdown } of this.#axes) {
      const value = valueOf(record, key);
      if (value !== undefined) breakdown.add(value, delta);
    }
    return delta;
  }

  #addToDay(delta: Delta): void {
    const day = Math.floor(delta.epochMs / DAY_MS);
    let cell = this.#days.get(day);
    if (cell === undefined) {
      this.#days.set(day, (cell = new Cell()));
      if (this.#days.size > MAX_DAYS) this.#days.delete(Math.min(...this.#days.keys()));
    }
    cell.add(delta, 'requests');
  }

  /** How often a value lost its cell, over all dimensions. */
  get folded(): number {
    return this.#axes.reduce((sum, { breakdown }) => sum + breakdown.folded, 0);
  }

  /** The cell of the UTC day of a moment. */
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
