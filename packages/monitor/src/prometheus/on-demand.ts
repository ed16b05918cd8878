import { createRequire } from 'node:module';
import { createHandler, type MetricsHandler, type MetricsHandlerOptions } from './create-handler.ts';
import type { PromClient } from './span-metrics.ts';

const require = createRequire(import.meta.url);

/**
 * `metricsHandler` of `@spanline/monitor/prometheus`, which loads prom-client at the first call. Bundlers do not follow
 * that: a bundled application imports it from `@spanline/monitor/prometheus`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function metricsHandler(options: MetricsHandlerOptions = {}): MetricsHandler {
  return createHandler(require('prom-client') as PromClient, options);
}
