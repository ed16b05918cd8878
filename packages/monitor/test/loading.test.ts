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

it('@spanline/monitor/offline stands on record: it loads neither core nor pino', async () => {
  const { stdout, stderr } = await runChild(`
    import { Session } from 'node:inspector';
    const session = new Session();
    session.connect();
    const urls = [];
    session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
    session.post('Debugger.enable');
    urls.length = 0;
    const { backtest, checkMetrics, DEFAULT_RULES, formatBacktest, formatDaily, metrics } = await import('@spanline/monitor/offline');
    session.disconnect();
    const { values } = await metrics('');
    const loaded = urls.filter((url) => url.startsWith('file:'));
    const of = (name) => loaded.some((url) => url.includes(name));
    console.log(JSON.stringify({
      requests: values.requests,
      report: typeof formatBacktest(await backtest(DEFAULT_RULES, '')),
      breaches: checkMetrics({ error_rate: 0 }, DEFAULT_RULES).length,
      daily: typeof formatDaily,
      few: loaded.length > 10 && loaded.length < 200,
      record: of('/record/dist/'),
      core: of('/core/dist/'),
      pino: of('/pino/'),
      promClient: of('prom-client'),
    }));`);
  expect(jsonLines(stdout), stderr).toEqual([
    {
      requests: 0,
      report: 'string',
      breaches: 0,
      daily: 'function',
      few: true,
      record: true,
      core: false,
      pino: false,
      promClient: false,
    },
  ]);
});
