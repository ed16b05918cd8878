import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createHandler, type MetricsHandler, type MetricsHandlerOptions } from './create-handler.ts';

export type { MetricsHandler, MetricsHandlerOptions } from './create-handler.ts';

/**
 * Serves metrics in the Prometheus text format, and in OpenMetrics to clients that accept it. OpenMetrics contains
 * exemplars, which lead from a bucket of a histogram to a trace. The registry is separate from that of the application.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createTracer } from '@spanline/core';
 * import { metricsHandler } from '@spanline/monitor/prometheus';
 *
 * createServer(metricsHandler({ tracer: createTracer() })).listen(9464);
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function metricsHandler(options: MetricsHandlerOptions = {}): MetricsHandler {
  return createHandler({ Counter, Gauge, Histogram, Registry }, options);
}
