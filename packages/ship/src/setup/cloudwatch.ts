import type { AttributeKey } from '@spanline/record';
import { checkKeys, failOption } from '../sinks/spec.ts';
import { EMF_DECLARATION, type EmfDeclaration, type MetricUnit } from './emf.ts';

/** Options of {@link cloudwatchSetup}. */
export interface CloudwatchSetupOptions {
  /** Where the agent puts the lines; made when it is not there. */
  logGroup: string;
  /** Path or pattern of the files to read, absolute. */
  file: string;
  /** One of the terms that CloudWatch Logs knows. @defaultValue 30 */
  retentionDays?: number;
}

/** Input of `aws logs put-metric-filter --cli-input-json`. */
export interface CloudwatchMetricFilter {
  readonly logGroupName: string;
  readonly filterName: string;
  readonly filterPattern: string;
  readonly metricTransformations: readonly Readonly<Record<string, unknown>>[];
}

/** What {@link cloudwatchSetup} returns. */
export interface CloudwatchSetup {
  /** Configuration file of the CloudWatch agent. */
  readonly agent: Readonly<Record<string, unknown>>;
  /** Latency, cost, tokens and errors as metrics of the namespace `Spanline`, from lines of the profile `otel`. */
  readonly metricFilters: readonly CloudwatchMetricFilter[];
  /** In place of `metricFilters`: what lines declare that are written through {@link emf}. */
  readonly emf: EmfDeclaration;
}

const TERMS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const GROUP = /^[\w./#-]{1,512}$/;

interface Metric {
  readonly name: string;
  /** Conditions beside that the line is the end of a span. */
  readonly when: string;
  readonly value: string;
  readonly unit: MetricUnit;
  readonly isByModel?: true;
}

/** Keys have dots in them, so that they stand in brackets, between single quotes. */
const at = (key: AttributeKey): string => `$.['${key}']`;

const MODEL = at('gen_ai.request.model');
const LLM = `${at('span.type')} = "llm"`;

/** Each call, embeddings too, is billed on its own line, so that sums count nothing twice; an error counts where it arose. */
const METRICS: readonly Metric[] = [
  {
    name: 'RequestDuration',
    when: `${at('span.kind')} = "SERVER"`,
    value: at('duration_ms'),
    unit: 'Milliseconds',
  },
  { name: 'LlmDuration', when: LLM, value: at('duration_ms'), unit: 'Milliseconds', isByModel: true },
  {
    name: 'CostUsd',
    when: `${at('spanline.cost.usd')} > 0`,
    value: at('spanline.cost.usd'),
    unit: 'None',
    isByModel: true,
  },
  {
    name: 'InputTokens',
    when: `${at('gen_ai.usage.input_tokens')} > 0`,
    value: at('gen_ai.usage.input_tokens'),
    unit: 'Count',
    isByModel: true,
  },
  {
    name: 'OutputTokens',
    when: `${at('gen_ai.usage.output_tokens')} > 0`,
    value: at('gen_ai.usage.output_tokens'),
    unit: 'Count',
    isByModel: true,
  },
  {
    name: 'Errors',
    when: `${at('span.status')} = "error" && ${at('spanline.error.propagated')} NOT EXISTS`,
    value: '1',
    unit: 'Count',
  },
];

function metricFilter(logGroupName: string, { name, when, value, unit, isByModel }: Metric): CloudwatchMetricFilter {
  return {
    logGroupName,
    filterName: `spanline-${name}`,
    filterPattern: `{ ${at('event.name')} = "span.end" && ${when} }`,
    metricTransformations: [
      {
        metricNamespace: 'Spanline',
        metricName: name,
        metricValue: value,
        unit,
        ...(isByModel === true ? { dimensions: { Model: MODEL } } : {}),
      },
    ],
  };
}

/**
 * What to set up for CloudWatch: the configuration of its agent, which reads the files that the logger writes, and its metrics: metric filters, or the embedded metric format. Sends nothing.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { cloudwatchSetup } from '@spanline/ship';
 *
 * const { agent } = cloudwatchSetup({ logGroup: '/rag-api/llm', file: '/var/log/app/*.log' });
 * console.log(JSON.stringify(agent));
 * ```
 */
export function cloudwatchSetup(options: CloudwatchSetupOptions): CloudwatchSetup {
  checkKeys('setup', options, ['logGroup', 'file', 'retentionDays']);
  const { logGroup, file, retentionDays = 30 } = options;
  if (typeof logGroup !== 'string' || !GROUP.test(logGroup)) {
    failOption('setup.logGroup', 'the name of a log group', logGroup);
  }
  if (typeof file !== 'string' || file === '') failOption('setup.file', 'a path', file);
  if (!TERMS.includes(retentionDays)) failOption('setup.retentionDays', `one of ${TERMS.join(', ')}`, retentionDays);
  const collected = {
    file_path: file,
    log_group_name: logGroup,
    log_stream_name: '{hostname}',
    retention_in_days: retentionDays,
    timestamp_format: '%Y-%m-%dT%H:%M:%S.%f',
    timezone: 'UTC',
    // Of the files that a pattern fits, the agent otherwise reads the newest only.
    ...(/[*?[{]/.test(file) ? { publish_multi_logs: true } : {}),
  };
  return {
    agent: { logs: { logs_collected: { files: { collect_list: [collected] } } } },
    metricFilters: METRICS.map((metric) => metricFilter(logGroup, metric)),
    emf: EMF_DECLARATION,
  };
}
