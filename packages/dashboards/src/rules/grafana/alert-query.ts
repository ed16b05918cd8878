/** The queries of a rule of Grafana: numbers of a data source, and expressions that Grafana computes of them. */

type Fields = Readonly<Record<string, unknown>>;

/** A query, in the words of the provisioning API. */
export interface AlertQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  /** Seconds before the evaluation. */
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly model: Fields;
}

/** The queries of a rule. */
export interface RuleQueries {
  readonly data: readonly AlertQuery[];
  /** The query that has the value: not a number while samples lack. */
  readonly value: string;
}

/** Id of the data source that computes expressions. */
const EXPRESSIONS = '__expr__';

/** An expression of Grafana. */
export function expression(refId: string, model: Fields): AlertQuery {
  const datasource = { type: EXPRESSIONS, uid: EXPRESSIONS };
  return {
    refId,
    datasourceUid: EXPRESSIONS,
    relativeTimeRange: { from: 0, to: 0 },
    model: { refId, datasource, ...model },
  };
}
