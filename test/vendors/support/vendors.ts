/** A vendor's tracing as its documentation sets it up. Every piece is source of a child process; nothing leaves the machine. */
export interface Vendor {
  /** Runs before the client is loaded. May define `around(fn)`, which runs a call inside a span of the vendor. */
  readonly setUp: string;
  /** The client as the vendor wants it; what wraps it in turn goes around ours. @defaultValue `traced(new OpenAI(config))` */
  readonly client?: string;
  /** Gathers the names of the spans that the vendor would have sent into `names`. */
  readonly collect: string;
}

/** An OpenTelemetry SDK that keeps its spans. */
export const OTEL = `
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { InMemorySpanExporter, SimpleSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { trace } = await import('@opentelemetry/api');
  const exporter = new InMemorySpanExporter();`;

/** A stand-in for a vendor's intake: keeps what it is sent. */
export const INTAKE = `
  const { createServer } = await import('node:http');
  const { once } = await import('node:events');
  let received = '';
  const requests = [];
  const intake = createServer((req, res) => {
    let body = '';
    req.setEncoding('latin1').on('data', (piece) => ((received += piece), (body += piece)));
    req.on('end', () => {
      requests.push({ method: req.method, path: req.url, body });
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(intake, 'listening');
  const INTAKE = 'http://127.0.0.1:' + intake.address().port;`;

/**
 * `await langSmithRuns()`: the names of LangSmith's runs, once the ends of all three have arrived. Its client sends the
 * end of a streamed call, and of what is around it, some time after both have ended.
 */
export const LANGSMITH_RUNS = `
  const langSmithRuns = async () => {
    await langsmith.awaitPendingTraceBatches();
    for (;;) {
      const runs = requests.filter(({ method, path }) => method === 'POST' && path === '/runs').map(({ body }) => JSON.parse(body));
      const hasEnded = ({ id }) => requests.some(({ method, path }) => method === 'PATCH' && path === '/runs/' + id);
      if (runs.length >= 3 && runs.every(hasEnded)) return runs.map(({ name }) => name);
      await new Promise((next) => setTimeout(next, 25));
    }
  };`;

/** The vendors, with the real packages. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  'an OpenTelemetry SDK with an instrumentation of the client': {
    setUp: `${OTEL}
      new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
      const { OpenAIInstrumentation } = await import('@arizeai/openinference-instrumentation-openai');
      new OpenAIInstrumentation().manuallyInstrument(OpenAI);
      const around = (fn) => trace.getTracer('app').startActiveSpan('work', async (span) => { await fn(); span.end(); });`,
    collect: `names.push(...exporter.getFinishedSpans().map((span) => span.name));`,
  },
  Langfuse: {
    setUp: `${OTEL}
      const { LangfuseSpanProcessor } = await import('@langfuse/otel');
      const processor = new LangfuseSpanProcessor({ exporter, publicKey: 'pk', secretKey: 'sk', baseUrl: 'http://127.0.0.1:9', exportMode: 'immediate' });
      new NodeTracerProvider({ spanProcessors: [processor] }).register();
      const { startActiveObservation } = await import('@langfuse/tracing');
      const around = (fn) => startActiveObservation('work', async (span) => {
        span.update({ input: 1 });
        await startActiveObservation('model', fn, { asType: 'generation' });
      });`,
    collect: `await processor.forceFlush(); names.push(...exporter.getFinishedSpans().map((span) => span.name));`,
  },
  Sentry: {
    setUp: `
      const Sentry = await import('@sentry/node');
      const sent = [];
      Sentry.init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1 });
      Sentry.getClient().on('spanEnd', (span) => sent.push(Sentry.spanToJSON(span)));
      const around = (fn) => Sentry.startSpan({ name: 'work' }, fn);`,
    client: `Sentry.instrumentOpenAiClient(traced(new OpenAI(config)))`,
    collect: `names.push(...sent.map((span) => span.name ?? span.description).filter((name) => !/^(?:GET|POST) /.test(name)));`,
  },
  LangSmith: {
    setUp: `${INTAKE}
      process.env.LANGSMITH_TRACING = 'true';
      const { Client } = await import('langsmith');
      const { traceable } = await import('langsmith/traceable');
      const { wrapOpenAI: wrapLangSmith } = await import('langsmith/wrappers/openai');
      const langsmith = new Client({ apiUrl: INTAKE, apiKey: 'test', autoBatchTracing: false });
      const around = (fn) => traceable(fn, { name: 'work', client: langsmith })();
      ${LANGSMITH_RUNS}`,
    client: `wrapLangSmith(traced(new OpenAI(config)), { client: langsmith })`,
    collect: `names.push(...(await langSmithRuns()));`,
  },
  'dd-trace': {
    setUp: `${INTAKE}
      const { createRequire } = await import('node:module');
      const require = createRequire(import.meta.url);
      const dd = require('dd-trace').init({ url: INTAKE, flushInterval: 0, startupLogs: false, telemetry: { enabled: false }, remoteConfig: { pollInterval: 3600 } });
      OpenAI = require('openai');
      const around = (fn) => dd.trace('work', fn);`,
    collect: `await dd._tracer._exporter.flush?.();
      while (!received.includes('openai.request')) await new Promise((next) => setTimeout(next, 25));
      names.push(...['work', 'openai.request'].filter((name) => received.includes(name)));`,
  },
};

/** A program that makes two calls, one of them streamed, under a vendor's tracing; prints our lines, and the vendor's names as `{"names":[…]}`. */
export function vendorProgram(vendor: Vendor, isWrapped: boolean): string {
  return `
    import Loaded from 'openai';
    import { createLogger, createTracer } from '@spanline/core';
    import { wrapOpenAI } from '@spanline/openai';
    let OpenAI = Loaded;
    const names = [];
    const config = { apiKey: 'test', baseURL: process.env.BASE + '/v1', maxRetries: 0 };
    ${vendor.setUp}
    const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
    const traced = (client) => ${isWrapped ? 'wrapOpenAI(client, { tracer })' : 'client'};
    const openai = ${vendor.client ?? 'traced(new OpenAI(config))'};
    const params = { model: 'gpt-4o', messages: [{ role: 'user', content: 'plain' }] };
    await around(async () => {
      await openai.chat.completions.create(params);
      let text = '';
      for await (const chunk of await openai.chat.completions.create({ ...params, stream: true })) text += chunk.choices[0]?.delta.content ?? '';
      if (!text.startsWith('one two')) throw new Error(text);
    });
    ${vendor.collect}
    console.log(JSON.stringify({ names: names.sort() }));
    process.exit(0);
  `;
}
