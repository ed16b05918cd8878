/** A metric as data: which lines count, and what is taken of them. Every engine's query is compiled from it. */
import type { AttributeKey } from '../schema/index.ts';

type Scalar = string | number | boolean;

/** A test of one field of a line. `exists: false` and `isNot` also pass a line without the field. */
export type Condition =
  | { readonly field: AttributeKey; readonly is: readonly Scalar[] }
  | { readonly field: AttributeKey; readonly isNot: readonly Scalar[] }
  | { readonly field: AttributeKey; readonly contains: string }
  | { readonly field: AttributeKey; readonly exists: boolean }
  | { readonly field: AttributeKey; readonly atLeast: number }
  | { readonly field: AttributeKey; readonly atMost: number };

/** Lines that pass every group. A line passes a group if it passes one of its conditions. */
export type Selection = readonly (readonly Condition[])[];

/** A number of a set of lines. */
export type Measure =
  | { readonly kind: 'count'; readonly where: Selection }
  | { readonly kind: 'sum' | 'mean' | 'min'; readonly field: AttributeKey; readonly where: Selection }
  | { readonly kind: 'quantile'; readonly field: AttributeKey; readonly at: number; readonly where: Selection };

/** Unit of a metric's values. A `share` is 0 to 1. */
export type Unit = 'count' | 'ms' | 'usd' | 'tokens' | 'share' | 'score' | 'documents';

/** The sum of measures times `factor`; in a ratio, divided by the sum of others. */
export interface Metric {
  readonly title: string;
  readonly unit: Unit;
  readonly of: readonly Measure[];
  readonly per?: readonly Measure[];
  /** 1000 where a field is in seconds and the metric in milliseconds. @defaultValue 1 */
  readonly factor?: number;
}
