/** The value of a rule from Grafana's Elasticsearch or OpenSearch data source. */
import type { Measure } from '@spanline/record/metrics';
import { refIds } from '../../engines/grafana/chart.ts';
import { metricOf, narrowed } from '../../engines/grafana/elasticsearch.ts';
import type { SearchProfile } from '../../search/condition.ts';
import { luceneQuery } from '../../search/lucene.ts';
import type { LogMetric } from '../log-metric.ts';
import type { PlainRule } from '../plain-rule.ts';
import { type AlertQuery, expression, type RuleQueries } from './alert-query.ts';

/** Where the lines are. */
export interface SearchSource {
  readonly dataSource: string;
  readonly profile: SearchProfile;
  /** Lucene query; empty for every line. */
  readonly filter: string;
}

/** A bucket that holds every time since 1970, so that a query has one number. */
const WHOLE = '100000d';
const DAY_SECONDS = 86_400;

/** The queries and expressions of some measures, and their sum. */
interface Total {
  readonly data: readonly AlertQuery[];
  readonly sum: string;
}

/** The parts of an expression, to be put together. */
interface SearchQueries {
  total(measures: readonly Measure[]): Total;
  nextId(): string;
}

function searchQueries(rule: PlainRule, { dataSource, profile, filter }: SearchSource): SearchQueries {
  const nextId = refIds();
  const isDaily = rule.metric.startsWith('daily_');
  const from = isDaily ? DAY_SECONDS : Math.round(rule.windowMinutes * 60);
  const settings = { interval: WHOLE, min_doc_count: '0', trimEdges: '0' };
  function measured(measure: Measure): { data: AlertQuery[]; value: string } {
    const [refId, value] = [nextId(), nextId()];
    const lines = luceneQuery(measure.where, profile);
    const model = {
      refId,
      query: narrowed(isDaily ? `${lines} AND @timestamp:[now/d TO *]` : lines, filter),
      timeField: '@timestamp',
      metrics: [metricOf(measure, profile)],
      bucketAggs: [{ id: '2', type: 'date_histogram', field: '@timestamp', settings }],
    };
    const isTally = measure.kind === 'count' || measure.kind === 'sum';
    const reduce = { type: 'reduce', expression: refId, reducer: 'last' };
    // Nothing counts as 0. A mean, a minimum and a quantile of nothing are no number.
    const missing = isTally ? { settings: { mode: 'replaceNN', replaceWithValue: 0 } } : {};
    const query = { refId, datasourceUid: dataSource, relativeTimeRange: { from, to: 0 }, model };
    return { data: [query, expression(value, { ...reduce, ...missing })], value };
  }
  return {
    nextId,
    total(measures) {
      const parts = measures.map(measured);
      const sum = parts.map(({ value }) => `$${value}`).join(' + ');
      return { data: parts.flatMap(({ data }) => data), sum: parts.length === 1 ? sum : `(${sum})` };
    },
  };
}

/** The value of a rule: not a number while its window has too few samples. */
export function searchValue(
  rule: PlainRule,
  { metric: { of, per, factor = 1 }, samples }: LogMetric,
  source: SearchSource,
): RuleQueries {
  const { total, nextId } = searchQueries(rule, source);
  const [part, whole, counted] = [total(of), total(per ?? []), total(samples ?? [])];
  const scaled = factor === 1 ? part.sum : `${part.sum} * ${factor}`;
  const ratio = per === undefined ? scaled : `${scaled} / ${whole.sum}`;
  const isEnough = `(${counted.sum} >= ${rule.minSamples})`;
  // A truth is 1 or 0, and 0 / 0 is not a number.
  const math = samples === undefined ? ratio : `${ratio} * (${isEnough} / ${isEnough})`;
  const value = nextId();
  const data = [...part.data, ...whole.data, ...counted.data, expression(value, { type: 'math', expression: math })];
  return { data, value };
}

/** The number of samples. */
export function searchSamples(rule: PlainRule, samples: readonly Measure[], source: SearchSource): RuleQueries {
  const { total, nextId } = searchQueries(rule, source);
  const { data, sum } = total(samples);
  const value = nextId();
  return { data: [...data, expression(value, { type: 'math', expression: sum })], value };
}
