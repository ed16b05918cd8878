import { INTAKE, LANGSMITH_RUNS, OTEL } from './vendors.ts';

/** Every vendor of `vendors.ts` in one process, each around the same two calls; prints our lines, and what each would have sent as `{"names":{…}}`. */
export function vendorsTogether(isWrapped: boolean): string {
  return `
    import { createRequire } from 'node:module';
    import { createLogger, createTracer } from '@spanline/core';
    import { wrapOpenAI } from '@spanline/openai';
    const require = createRequire(import.meta.url);
    ${INTAKE}
    const dd = require('dd-trace').init({ url: INTAKE, flushInterval: 0, startupLogs: false, telemetry: { enabled: false }, remoteConfig: { pollInterval: 3600 } });
    const OpenAI = require('openai');

    ${OTEL}
    const langfuseExporter = new InMemorySpanExporter();
    const { LangfuseSpanProcessor } = await import('@langfuse/otel');
    const langfuse = new LangfuseSpanProcessor({ exporter: langfuseExporter, publicKey: 'pk', secretKey: 'sk', baseUrl: 'http://127.0.0.1:9', exportMode: 'immediate' });
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter), langfuse] }).register();
    const { OpenAIInstrumentation } = await import('@arizeai/openinference-instrumentation-openai');
    new OpenAIInstrumentation().manuallyInstrument(OpenAI);
    const { startActiveObservation } = await import('@langfuse/tracing');

    const Sentry = await import('@sentry/node');
    const sentry = [];
    Sentry.init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1 });
    Sentry.getClient().on('spanEnd', (span) => sentry.push(Sentry.spanToJSON(span)));

    process.env.LANGSMITH_TRACING = 'true';
    const { Client } = await import('langsmith');
    const { traceable } = await import('langsmith/traceable');
    const { wrapOpenAI: wrapLangSmith } = await import('langsmith/wrappers/openai');
    const langsmith = new Client({ apiUrl: INTAKE, apiKey: 'test', autoBatchTracing: false });
    ${LANGSMITH_RUNS}

    const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
    const client = new OpenAI({ apiKey: 'test', baseURL: process.env.BASE + '/v1', maxRetries: 0 });
    const traced = ${isWrapped ? 'wrapOpenAI(client, { tracer })' : 'client'};
    const openai = wrapLangSmith(Sentry.instrumentOpenAiClient(traced), { client: langsmith });
    const params = { model: 'gpt-4o', messages: [{ role: 'user', content: 'plain' }] };
    const work = traceable(
      async () => {
        await openai.chat.completions.create(params);
        for await (const _ of await openai.chat.completions.create({ ...params, stream: true }));
      },
      { name: 'langsmith work', client: langsmith },
    );
    await dd.trace('dd work', () =>
      trace.getTracer('app').startActiveSpan('otel work', async (span) => {
        await startActiveObservation('langfuse work', () => Sentry.startSpan({ name: 'sentry work' }, () => work()));
        span.end();
      }),
    );

    await langfuse.forceFlush();
    const langSmith = await langSmithRuns();
    while (!received.includes('openai.request')) await new Promise((next) => setTimeout(next, 25));
    const finished = (kept) => kept.getFinishedSpans().map((each) => each.name).sort();
    const names = {
      otel: finished(exporter),
      langfuse: finished(langfuseExporter),
      sentry: sentry.map((each) => each.name ?? each.description).filter((name) => !/^[A-Z]{3,}\\b/.test(name)).sort(),
      langsmith: langSmith.sort(),
      dd: ['dd work', 'openai.request'].filter((name) => received.includes(name)),
    };
    console.log(JSON.stringify({ names, trace: exporter.getFinishedSpans()[0].spanContext().traceId }));
    process.exit(0);
  `;
}
