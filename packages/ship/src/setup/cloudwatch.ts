import { type AttributeKey, checkOptions, option, type Shape } from '@spanline/record';
import { EMF_DECLARATION, type EmfDeclaration, type MetricUnit } from './emf.ts';

/** Options of {@link cloudwatchSetup}. */
export interface CloudwatchSetupOptions {
  /** Log group that the agent writes to. It is created when it does not exist. */
  logGroup: string;
  /** Absolute path or pattern of the files to read. */
  file: string;
  /** One of the retention periods of CloudWatch Logs, in days. @defaultValue 30 */
  retentionDays?: number;
}

/** Input of `aws logs put-metric-filter --cli-input-json`. */
export interface CloudwatchMetricFilter {
  readonly logGroupName: string;
  readonly filterName: string;
  readonly filterPattern: string;
  readonly metricTransformations: readonly Readonly<Record<string, unknown>>[];
}

/** Result of {@link cloudwatchSetup}. */
export interface CloudwatchSetup {
  /** Configuration file of the CloudWatch agent. */
  readonly agent: Readonly<Record<string, unknown>>;
  /**
   * Metric filters for latency, cost, tokens and errors in the namespace `Spanline`. They read lines of the profile
   * `otel`.
   */
  readonly metricFilters: readonly CloudwatchMetricFilter[];
  /** An alternative to `metricFilters`: the declaration on lines that are written through {@link emf}. */
  readonly emf: EmfDeclaration;
}

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const GROUP = /^[\w./#-]{1,512}$/;
const SHAPE: Shape<CloudwatchSetupOptions> = {
  logGroup: option.required(option.like('the name of a log group', (value) => GROUP.test(String(value)))),
  file: option.required(option.string()),
  retentionDays: option.oneOf(RETENTION_DAYS),
};

interface Metric {
  readonly name: string;
  /** Conditions, beside that of a `span.end` line. */
  readonly when: string;
  readonly value: string;
  readonly unit: MetricUnit;
  readonly isByModel?: true;
}

/** Keys contain dots, so they are quoted in brackets. */
const at = (key: AttributeKey): string => `$.['${key}']`;

const MODEL = at('gen_ai.request.model');
const LLM = `${at('span.type')} = "llm"`;

/**
 * Sums count nothing twice: each call, embeddings included, is billed on its own line, and an error counts where it
 * arose.
 */
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
 * Returns the set-up for CloudWatch: the configuration of its agent, which reads the logger's files, and two
 * alternative ways to get metrics, metric filters and the embedded metric format. It sends nothing.
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
  checkOptions(SHAPE, options, 'setup');
  const { logGroup, file, retentionDays = 30 } = options;
  const collected = {
    file_path: file,
    log_group_name: logGroup,
    log_stream_name: '{hostname}',
    retention_in_days: retentionDays,
    timestamp_format: '%Y-%m-%dT%H:%M:%S.%f',
    timezone: 'UTC',
    // Without this option the agent reads only the newest of the files that match.
    ...(/[*?[{]/.test(file) ? { publish_multi_logs: true } : {}),
  };
  return {
    agent: { logs: { logs_collected: { files: { collect_list: [collected] } } } },
    metricFilters: METRICS.map((metric) => metricFilter(logGroup, metric)),
    emf: EMF_DECLARATION,
  };
}
