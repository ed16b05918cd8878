import type { AttributeKey } from '@spanline/record';
import { checkKeys, failOption } from '../sinks/spec.ts';

/** Options of {@link emf}. */
export interface EmfOptions {
  /** Of the metrics in CloudWatch. @defaultValue `Spanline` */
  namespace?: string;
  /**
   * Keys whose values tell metrics apart, where a line has them. Each combination of values is a metric that CloudWatch bills.
   *
   * @defaultValue `service.name`, `http.route`, `gen_ai.request.model`
   */
  dimensions?: readonly string[];
  /** Where lines go. @defaultValue the standard output */
  to?: { write(line: string): unknown };
}

/** A destination of pino. */
export interface EmfDestination {
  write(line: string): void;
}

/** CloudWatch's unit of a metric. */
export type MetricUnit = 'Milliseconds' | 'Count' | 'None';

/** Keys of lines that are metrics. Calls are billed on their own lines, so that sums count nothing twice. */
const METRICS: Readonly<Partial<Record<AttributeKey, MetricUnit>>> = {
  duration_ms: 'Milliseconds',
  'gen_ai.usage.input_tokens': 'Count',
  'gen_ai.usage.output_tokens': 'Count',
  'spanline.cost.usd': 'None',
};
const DEFAULT_NAMESPACE = 'Spanline';
const DIMENSIONS: readonly AttributeKey[] = ['service.name', 'http.route', 'gen_ai.request.model'];
const OPTIONS = ['namespace', 'dimensions', 'to'];
const MAX_DIMENSIONS = 30;
const NAMESPACE = /^[\w.\-/#:]{1,255}$/;
/** Values that CloudWatch takes: ASCII that shows. */
const VALUE = /^[\x20-\x7E]{0,1023}[\x21-\x7E]$/;
/** In content these characters are escaped, so that only keys of the line itself match. */
const SPAN = '"event.name":"span.end"';
const MEASURED = ['"span.type":"llm"', '"span.type":"embedding"', '"span.kind":"SERVER"'];

type Line = Readonly<Record<string, unknown>>;

/** A declaration of metrics, in CloudWatch's words. */
export interface EmfDeclaration {
  readonly Namespace: string;
  /** Keys whose values tell metrics apart. */
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: MetricUnit }[];
}

/** Everything that lines declare that go through {@link emf}; each declares what it has. */
export const EMF_DECLARATION: EmfDeclaration = {
  Namespace: DEFAULT_NAMESPACE,
  Dimensions: [DIMENSIONS],
  Metrics: Object.entries(METRICS).map(([name, unit]) => ({ Name: name, Unit: unit })),
};

function check({ namespace, dimensions, to }: EmfOptions): void {
  if (namespace !== undefined && (typeof namespace !== 'string' || !NAMESPACE.test(namespace))) {
    failOption('emf.namespace', 'the name of a namespace', namespace);
  }
  const isList = Array.isArray(dimensions) && dimensions.every((key) => typeof key === 'string' && key !== '');
  if (dimensions !== undefined && (!isList || dimensions.length > MAX_DIMENSIONS)) {
    failOption('emf.dimensions', `at most ${MAX_DIMENSIONS} keys`, dimensions);
  }
  if (to !== undefined && typeof to?.write !== 'function') failOption('emf.to', 'a stream', to);
}

function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

/** The `_aws` block of a line; undefined where it has no time, no metric, or a block already. */
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
 * A destination for a logger that writes to CloudWatch Logs: lines of requests and of calls of models carry an `_aws` block, the embedded metric format, from which CloudWatch makes the metrics `duration_ms`,
 * `gen_ai.usage.input_tokens`, `gen_ai.usage.output_tokens` and `spanline.cost.usd` by itself, in place of metric filters. For the profiles `otel` and `ecs`; other lines pass as they are.
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
  checkKeys('emf', options, OPTIONS);
  check(options);
  const { namespace = DEFAULT_NAMESPACE, dimensions = DIMENSIONS, to = process.stdout } = options;
  return {
    write(line) {
      const isMeasured = line.startsWith('{"') && line.includes(SPAN) && MEASURED.some((mark) => line.includes(mark));
      const block = isMeasured ? blockOf(parse(line) ?? {}, namespace, dimensions) : undefined;
      to.write(block === undefined ? line : `{"_aws":${JSON.stringify(block)},${line.slice(1)}`);
    },
  };
}
