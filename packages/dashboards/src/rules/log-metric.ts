/** The metrics of rules over shipped lines, built from those of the dashboards. */
import type { AttributeKey } from '@spanline/record';
import { type Condition, type Measure, type Metric, METRICS, REQUEST, type Selection } from '@spanline/record/metrics';
import { type LossName, Refusal } from './compiled.ts';
import type { PlainRule } from './plain-rule.ts';

/** A metric, and the number of observations behind it. */
export interface LogMetric {
  readonly metric: Metric;
  /** `undefined` for a count or a sum, which is 0 without any. */
  readonly samples: readonly Measure[] | undefined;
  readonly losses: readonly LossName[];
}

const BILLED: Selection = METRICS.input_tokens.of[0]?.where ?? [];
const sum = (field: AttributeKey): Metric => ({
  title: field,
  unit: 'tokens',
  of: [{ kind: 'sum', field, where: BILLED }],
});

const SUCCEEDED: Condition = { field: 'span.status', isNot: ['error'] };

/** Metrics that no panel shows. */
const OWN: Readonly<Record<string, Metric>> = {
  availability: {
    title: 'Availability',
    unit: 'share',
    of: [{ kind: 'count', where: [...REQUEST, [SUCCEEDED]] }],
    per: METRICS.requests.of,
  },
  timeout_rate: { title: 'Time-outs', unit: 'share', of: METRICS.timeouts.of, per: METRICS.requests.of },
  llm_errors: { title: 'Failed model calls', unit: 'count', of: METRICS.llm_error_rate.of },
  cache_read_tokens: sum('gen_ai.usage.cache_read.input_tokens'),
  cache_write_tokens: sum('gen_ai.usage.cache_write.input_tokens'),
  reasoning_tokens: sum('gen_ai.usage.reasoning.output_tokens'),
  daily_tokens: METRICS.total_tokens,
  daily_spend_usd: METRICS.cost_usd,
};

/** Metrics of panels that rules do not have. */
const OF_PANELS: ReadonlySet<string> = new Set([
  'step_p50_ms',
  'step_p95_ms',
  'step_p99_ms',
  'evaluations',
  'evaluation_score',
  'alerts_fired',
]);

const withConditions = (measure: Measure, ...groups: readonly (readonly Condition[])[]): Measure => ({
  ...measure,
  where: [...measure.where, ...groups],
});

function openMetric(name: string): Metric | undefined {
  const groups = /^(?<evaluation>.+)_(?<kind>score|rate)$/.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const { evaluation = '', kind } = groups;
  const own: Condition = { field: 'gen_ai.evaluation.name', is: [evaluation] };
  const of = (measures: readonly Measure[]): Measure[] => measures.map((measure) => withConditions(measure, [own]));
  if (kind === 'score') return { ...METRICS.evaluation_score, of: of(METRICS.evaluation_score.of) };
  const yes: Condition = { field: 'gen_ai.evaluation.score.value', atLeast: 0.5 };
  const hasValue: Condition = { field: 'gen_ai.evaluation.score.value', exists: true };
  const [all] = of(METRICS.evaluations.of);
  if (all === undefined) return undefined;
  const part = [withConditions(all, [yes])];
  return { title: name, unit: 'share', of: part, per: [withConditions(all, [hasValue])] };
}

/** Spans of one name count as requests; without a name, each span that is not the root of its request. */
function ofStep(measure: Measure, step: string | undefined): Measure {
  const where = measure.where.filter((group) => group !== REQUEST[1]);
  const own: Selection =
    step === undefined
      ? [[{ field: 'parent_span_id', exists: true }], [{ field: 'spanline.rollup.spans', exists: false }]]
      : [[{ field: 'span.name', is: [step] }]];
  return { ...measure, where: [...where, ...own] };
}

/** The lines that have a value. */
function valued(measure: Measure): Measure {
  if (measure.kind === 'count') return measure;
  return { kind: 'count', where: [...measure.where, [{ field: measure.field, exists: true }]] };
}

function samplesOf(name: string, { of, per }: Metric): readonly Measure[] | undefined {
  if (name === 'cache_hit_ratio') return METRICS.llm_calls.of;
  if (per !== undefined) return per;
  return of.some(({ kind }) => kind === 'quantile' || kind === 'mean' || kind === 'min') ? of.map(valued) : undefined;
}

function lossesOf(name: string, { of }: Metric): LossName[] {
  return [
    ...(name.includes('cost') || name.includes('spend') ? (['unpriced'] as const) : []),
    ...(of.some(({ kind }) => kind === 'quantile') ? (['estimated-quantiles'] as const) : []),
    ...(name.endsWith('_rate') &&
    openMetric(name) !== undefined &&
    !Object.hasOwn(METRICS, name) &&
    !Object.hasOwn(OWN, name)
      ? (['labels'] as const)
      : []),
  ];
}

/**
 * The metric of a rule.
 *
 * @param canSplit - the engine has an alert for each name of a step
 * @throws Refusal for a metric that searches of lines do not have
 */
export function logMetric(
  { metric: name, step, unit, minSamples }: PlainRule,
  { canSplit = false }: { canSplit?: boolean } = {},
): LogMetric {
  const panels: Readonly<Record<string, Metric>> = METRICS;
  const ofPanel = Object.hasOwn(panels, name) && !OF_PANELS.has(name) ? panels[name] : undefined;
  const found = ofPanel ?? (Object.hasOwn(OWN, name) ? OWN[name] : undefined) ?? openMetric(name);
  if (found === undefined) throw new Refusal(`${name} is no number of a search: it needs an order of the lines`);
  if (unit === 'each-step' && !canSplit)
    throw new Refusal('perStep: the engine does not know which of its steps has an alert');
  const samples = samplesOf(name, found);
  if (samples === undefined && minSamples > 1) throw new Refusal('minSamples above 1 of a count or a sum');
  const losses = lossesOf(name, found);
  if (unit === 'requests') return { metric: found, samples, losses };
  const { per, ...rest } = found;
  const metric: Metric = {
    ...rest,
    of: rest.of.map((measure) => ofStep(measure, step)),
    ...(per === undefined ? {} : { per: per.map((measure) => ofStep(measure, step)) }),
  };
  return { metric, samples: samples?.map((measure) => ofStep(measure, step)), losses };
}
