import type { IncomingMessage, ServerResponse } from 'node:http';
import { Gauge, type OpenMetricsContentType, Registry } from 'prom-client';
import { SpanlineError, type Tracer } from '@spanline/core';
import type { Monitor } from '../monitor.ts';
import { optionsOf, tracerOf } from '../options.ts';
import { SpanMetrics } from './span-metrics.ts';

/** Options of {@link metricsHandler}. */
export interface MetricsHandlerOptions {
  /** Its spans are what is counted, from now on and before sampling. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Its alerts are shown as `alert_state`. */
  monitor?: Monitor;
  /** @defaultValue `spanline_` */
  prefix?: string;
}

/** Serves `/metrics`: Express, or `node:http` itself. */
export interface MetricsHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Stops counting. */
  close(): void;
}

const STATES = { WARNING: 1, ALERT: 2, NO_DATA: 3 } as const;

function addAlerts(registry: Registry<OpenMetricsContentType>, prefix: string, monitor: Monitor): void {
  const gauge = new Gauge({
    name: `${prefix}alert_state`,
    help: 'Rules that do not say that all is well: 1 warning, 2 alert, 3 no data.',
    labelNames: ['rule', 'step'],
    registers: [],
    collect() {
      this.reset();
      for (const { rule, step = '', state } of monitor.alerts()) this.set({ rule, step }, STATES[state]);
    },
  });
  registry.registerMetric(gauge);
}

/**
 * Metrics for Prometheus. Whoever accepts OpenMetrics gets exemplars, which lead from a bucket of a histogram to a trace. The registry is one of its own: metrics of the application are not in it.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createTracer } from '@spanline/core';
 * import { metricsHandler } from '@spanline/monitor';
 *
 * createServer(metricsHandler({ tracer: createTracer() })).listen(9464);
 * ```
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function metricsHandler(options: MetricsHandlerOptions = {}): MetricsHandler {
  const { monitor, prefix = 'spanline_' } = optionsOf(options);
  const tracer = tracerOf(options.tracer);
  if (!/^[a-z_:][a-z0-9_:]*$/i.test(prefix)) {
    const expected = 'the beginning of a name of a metric';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'prefix', expected, got: prefix });
  }
  const openMetrics = new Registry<OpenMetricsContentType>();
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const plain = new Registry();
  const metrics = new SpanMetrics(openMetrics, prefix);
  if (monitor !== undefined) addAlerts(openMetrics, prefix, monitor);
  for (const { name } of openMetrics.getMetricsAsArray()) {
    const metric = openMetrics.getSingleMetric(name);
    if (metric !== undefined) plain.registerMetric(metric);
  }
  const stops = [tracer.onRecord((record) => metrics.add(record)), tracer.gauge('metrics_other', () => metrics.others)];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const wantsOpenMetrics = request.headers.accept?.includes('application/openmetrics-text') === true;
    const registry = wantsOpenMetrics ? openMetrics : plain;
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  }
  return Object.assign(handle, {
    close(): void {
      for (const stop of stops) stop();
    },
  });
}
