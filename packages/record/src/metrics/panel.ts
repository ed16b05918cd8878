/** A panel as data. */
import type { AttributeKey } from '../schema/index.ts';
import type { MetricName } from './catalogue.ts';

/** How a panel shows its metrics: over time, by the largest values of a field, or as numbers. */
export type PanelKind = 'time' | 'top' | 'number';

/** A panel of a dashboard. */
export interface Panel {
  /** Stable, so that a panel that exists is replaced. */
  readonly id: string;
  readonly title: string;
  readonly kind: PanelKind;
  readonly metrics: readonly MetricName[];
  /** Field whose values have a row or a line each. */
  readonly by?: AttributeKey;
  /** Also shows what is usual: each metric over a longer time, which each engine chooses. The metrics are ratios. */
  readonly isCompared?: true;
  /** Width of a bucket; chosen by the engine without it. */
  readonly every?: 'day';
}
