import { expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';

const LOADED = `
  import { createRequire } from 'node:module';
  const { cache } = createRequire(import.meta.url);
  const loaded = () => Object.keys(cache).some((path) => path.includes('prom-client'));`;

it('metrics and alerts load prom-client only for metricsHandler', async () => {
  const { stdout, stderr } = await runChild(`${LOADED}
    import { createTracer } from '@spanline/core';
    import { createMonitor, genAiMetrics, metrics, metricsHandler } from '@spanline/monitor';
    import '@spanline/monitor/otel';
    const tracer = createTracer({ statsIntervalSeconds: 0 });
    const { values } = await metrics('');
    await createMonitor({ tracer }).close();
    const before = loaded();
    const handler = metricsHandler({ tracer });
    console.log(JSON.stringify({ requests: values.requests, before, after: loaded(), handler: typeof handler }));`);
  expect(jsonLines(stdout), stderr).toEqual([{ requests: 0, before: false, after: true, handler: 'function' }]);
});

it('@spanline/monitor/prometheus loads it at once', async () => {
  const { stdout, stderr } = await runChild(`${LOADED}
    import { metricsHandler } from '@spanline/monitor/prometheus';
    console.log(JSON.stringify({ loaded: loaded(), handler: typeof metricsHandler }));`);
  expect(jsonLines(stdout), stderr).toEqual([{ loaded: true, handler: 'function' }]);
});
