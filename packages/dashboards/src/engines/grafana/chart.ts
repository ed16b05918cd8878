/** A panel of Grafana, in the words that both schemas of its dashboards have in common. */
import type { Unit } from '@spanline/record/metrics';

type Fields = Readonly<Record<string, unknown>>;

/** A query of a panel. `model` is in the language of its data source; expressions are computed by Grafana itself. */
export interface ChartQuery {
  readonly refId: string;
  readonly isExpression: boolean;
  /** Only used by expressions. */
  readonly isHidden: boolean;
  readonly model: Fields;
}

/** A step that changes the data in the page. */
export interface Transformation {
  readonly id: string;
  readonly options: Fields;
  /** Applies to the data of one query only. */
  readonly refId?: string;
}

/** Appearance of the fields of a query, or of the field of a name. */
export interface Override {
  readonly matcher: { readonly id: 'byFrameRefID' | 'byName'; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

/** A panel. */
export interface Chart {
  readonly title: string;
  readonly view: 'timeseries' | 'table';
  readonly queries: readonly ChartQuery[];
  readonly transformations: readonly Transformation[];
  readonly overrides: readonly Override[];
}

/** Grafana's names of units. */
export const UNITS: Readonly<Record<Unit, string>> = {
  count: 'short',
  ms: 'ms',
  usd: 'currencyUSD',
  tokens: 'short',
  share: 'percentunit',
  score: 'none',
  documents: 'none',
};

/** Names for the queries of a panel: `A`, `B` and so on. */
export function refIds(): () => string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').values();
  return () => letters.next().value ?? '';
}
