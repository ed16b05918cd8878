import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenMetricsContentType, Registry } from 'prom-client';
import { defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Monitor } from '../live/monitor-interface.ts';
import { tracerOption } from '../live/shared-options.ts';
import { type PromClient, SpanMetrics } from './span-metrics.ts';

/** Options of `metricsHandler`. */
export interface MetricsHandlerOptions {
  /** The tracer whose spans are counted, from now on and before sampling. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** The monitor whose alerts are shown as `alert_state`. @defaultValue none */
  monitor?: Monitor;
  /** Prefix of all metric names. @defaultValue `spanline_` */
  prefix?: string;
}

/** Serves `/metrics`, in Express or `node:http`. */
export interface MetricsHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Stops counting. */
  close(): void;
}

const SHAPE: Shape<MetricsHandlerOptions> = {
  tracer: tracerOption,
  monitor: option.like<Monitor>('a monitor', (value) => typeof (value as Monitor | null)?.alerts === 'function'),
  prefix: option.like<string>(
    'a prefix of metric names (letters, digits, _ and :)',
    (value) => typeof value === 'string' && /^[a-z_:][a-z0-9_:]*$/i.test(value),
  ),
};

const STATES = { WARNING: 1, ALERT: 2, NO_DATA: 3 } as const;

function addAlerts(
  { Gauge }: PromClient,
  registry: Registry<OpenMetricsContentType>,
  prefix: string,
  monitor: Monitor,
): void {
  const gauge = new Gauge({
    name: `${prefix}alert_state`,
    help: 'Rules that are not OK: 1 warning, 2 alert, 3 no data.',
    labelNames: ['rule', 'step'],
    registers: [],
    collect() {
      this.reset();
      for (const { rule, step = '', state } of monitor.alerts()) this.set({ rule, step }, STATES[state]);
    },
  });
  registry.registerMetric(gauge);
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function createHandler(client: PromClient, options: MetricsHandlerOptions): MetricsHandler {
  checkOptions(SHAPE, options);
  const { tracer = defaultTracer(), monitor, prefix = 'spanline_' } = options;
  const openMetrics = new client.Registry<OpenMetricsContentType>();
  openMetrics.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE);
  const plain = new client.Registry();
  const metrics = new SpanMetrics(client, openMetrics, prefix);
  if (monitor !== undefined) addAlerts(client, openMetrics, prefix, monitor);
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
    const acceptsOpenMetrics = request.headers.accept?.includes('application/openmetrics-text') === true;
    const registry = acceptsOpenMetrics ? openMetrics : plain;
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
