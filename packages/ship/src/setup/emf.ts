import { type AttributeKey, checkOptions, option, type Shape } from '@spanline/record';

/** Options of {@link emf}. */
export interface EmfOptions {
  /** Namespace of the metrics in CloudWatch. @defaultValue `Spanline` */
  namespace?: string;
  /**
   * Keys that become dimensions of the metrics, where a line has them. CloudWatch bills each combination of values as a
   * metric.
   *
   * @defaultValue `service.name`, `http.route`, `gen_ai.request.model`
   */
  dimensions?: readonly string[];
  /** Stream that receives the lines. @defaultValue the standard output */
  to?: { write(line: string): unknown };
}

/** A destination of pino. */
export interface EmfDestination {
  write(line: string): void;
}

/** CloudWatch's unit of a metric. */
export type MetricUnit = 'Milliseconds' | 'Count' | 'None';

/** Keys that become metrics. Sums count nothing twice: calls are billed on their own lines. */
const METRICS: Readonly<Partial<Record<AttributeKey, MetricUnit>>> = {
  duration_ms: 'Milliseconds',
  'gen_ai.usage.input_tokens': 'Count',
  'gen_ai.usage.output_tokens': 'Count',
  'spanline.cost.usd': 'None',
};
const DEFAULT_NAMESPACE = 'Spanline';
const DIMENSIONS: readonly AttributeKey[] = ['service.name', 'http.route', 'gen_ai.request.model'];
const MAX_DIMENSIONS = 30;
const NAMESPACE = /^[\w.\-/#:]{1,255}$/;
/** Values that CloudWatch accepts for dimensions: printable ASCII. */
const VALUE = /^[\x20-\x7E]{0,1023}[\x21-\x7E]$/;
/** In content the quotes are escaped, so that only keys of the line itself match. */
const SPAN = '"event.name":"span.end"';
const MEASURED = ['"span.type":"llm"', '"span.type":"embedding"', '"span.kind":"SERVER"'];

type Line = Readonly<Record<string, unknown>>;

/** A metric directive of the embedded metric format. */
export interface EmfDeclaration {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: MetricUnit }[];
}

/** The complete declaration of {@link emf}. Each line declares the part of it that it has values for. */
export const EMF_DECLARATION: EmfDeclaration = {
  Namespace: DEFAULT_NAMESPACE,
  Dimensions: [DIMENSIONS],
  Metrics: Object.entries(METRICS).map(([name, unit]) => ({ Name: name, Unit: unit })),
};

const SHAPE: Shape<EmfOptions> = {
  namespace: option.like('the name of a namespace', (value) => NAMESPACE.test(String(value))),
  dimensions: option.like<readonly string[]>(
    `at most ${MAX_DIMENSIONS} keys`,
    (value) =>
      Array.isArray(value) &&
      value.length <= MAX_DIMENSIONS &&
      value.every((key) => typeof key === 'string' && key !== ''),
  ),
  to: option.like('a stream', (value) => typeof (value as EmfOptions['to'])?.write === 'function'),
};

function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

/** Creates the `_aws` block of a line; `undefined` when the line has no time, no metric, or a block already. */
function blockOf(
  line: Line,
  namespace: string,
  dimensions: readonly string[],
): { Timestamp: number; CloudWatchMetrics: EmfDeclaration[] } | undefined {
  const time = Date.parse(String(line['@timestamp']));
  const metrics = EMF_DECLARATION.Metrics.filter(({ Name: name }) => typeof line[name] === 'number');
  if (Number.isNaN(time) || metrics.length === 0 || '_aws' in line) return undefined;
  const known = dimensions.filter((key) => typeof line[key] === 'string' && VALUE.test(line[key]));
  return {
    Timestamp: time,
    CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [known], Metrics: metrics }],
  };
}

/**
 * Creates a destination for loggers that write to CloudWatch Logs. Lines of requests and of model calls get an `_aws`
 * block (embedded metric format), from which CloudWatch derives the metrics `duration_ms`, `gen_ai.usage.input_tokens`,
 * `gen_ai.usage.output_tokens` and `spanline.cost.usd`. It replaces metric filters, and works with the profiles `otel`
 * and `ecs`. Other lines pass unchanged.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createLogger, createTracer } from '@spanline/core';
 * import { emf } from '@spanline/ship';
 *
 * const tracer = createTracer({ logger: createLogger({ pretty: false }, emf()) });
 * ```
 */
export function emf(options: EmfOptions = {}): EmfDestination {
  checkOptions(SHAPE, options, 'emf');
  const { namespace = DEFAULT_NAMESPACE, dimensions = DIMENSIONS, to = process.stdout } = options;
  return {
    write(line) {
      const isMeasured = line.startsWith('{"') && line.includes(SPAN) && MEASURED.some((mark) => line.includes(mark));
      const block = isMeasured ? blockOf(parse(line) ?? {}, namespace, dimensions) : undefined;
      to.write(block === undefined ? line : `{"_aws":${JSON.stringify(block)},${line.slice(1)}`);
    },
  };
}
