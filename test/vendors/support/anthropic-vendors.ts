import { INTAKE, OTEL, type Vendor, VENDORS } from './vendors.ts';

/** An OpenTelemetry span around each request, as an instrumentation of `fetch` makes it; its name tells its parent's. */
const REQUEST_SPANS = `
  config.fetch = (...args) => {
    const parent = trace.getActiveSpan()?.name;
    return trace.getTracer('fetch').startActiveSpan('POST in ' + parent, async (span) => {
      try { return await fetch(...args); } finally { span.end(); }
    });
  };`;

const { Langfuse, Sentry, LangSmith } = VENDORS as Readonly<Record<string, Vendor>> & {
  readonly [Name in 'Langfuse' | 'Sentry' | 'LangSmith']: Vendor;
};

/** The vendors for Anthropic's client, with the real packages. */
export const ANTHROPIC_VENDORS: Readonly<Record<string, Vendor>> = {
  'an OpenTelemetry SDK': {
    setUp: `${OTEL}
      new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
      ${REQUEST_SPANS}
      const around = (fn) => trace.getTracer('app').startActiveSpan('work', async (span) => { await fn(); span.end(); });`,
    collect: `names.push(...exporter.getFinishedSpans().map((span) => span.name));`,
  },
  Langfuse,
  Sentry: { ...Sentry, client: `Sentry.instrumentAnthropicAiClient(traced(new Anthropic(config)))` },
  LangSmith: {
    ...LangSmith,
    client: `(await import('langsmith/wrappers')).wrapSDK(traced(new Anthropic(config)), { client: langsmith })`,
  },
  "LangSmith's wrapAnthropic": {
    ...LangSmith,
    client: `(await import('langsmith/wrappers/anthropic')).wrapAnthropic(traced(new Anthropic(config)), { client: langsmith })`,
  },
  'dd-trace': {
    setUp: `${INTAKE}
      const { createRequire } = await import('node:module');
      const require = createRequire(import.meta.url);
      const dd = require('dd-trace').init({ url: INTAKE, flushInterval: 0, startupLogs: false, telemetry: { enabled: false }, remoteConfig: { pollInterval: 3600 } });
      Anthropic = require('@anthropic-ai/sdk').Anthropic;
      const around = (fn) => dd.trace('work', fn);`,
    collect: `await dd._tracer._exporter.flush?.();
      while (!received.includes('anthropic.request')) await new Promise((next) => setTimeout(next, 25));
      names.push(...['work', 'anthropic.request'].filter((name) => received.includes(name)));`,
  },
};

/** A program that asks for two messages, one of them streamed, under a vendor's tracing; prints our lines, and the vendor's names as `{"names":[…]}`. */
export function anthropicVendorProgram(vendor: Vendor, isWrapped: boolean): string {
  return `
    import Loaded from '@anthropic-ai/sdk';
    import { createLogger, createTracer } from '@spanline/core';
    import { wrapAnthropic } from '@spanline/anthropic';
    let Anthropic = Loaded;
    const names = [];
    const config = { apiKey: 'test', baseURL: process.env.BASE, maxRetries: 0 };
    ${vendor.setUp}
    const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
    const traced = (client) => ${isWrapped ? 'wrapAnthropic(client, { tracer })' : 'client'};
    const anthropic = ${vendor.client ?? 'traced(new Anthropic(config))'};
    const params = { model: 'claude-3-5-haiku-20241022', max_tokens: 9, messages: [{ role: 'user', content: 'plain' }] };
    await around(async () => {
      await anthropic.messages.create(params);
      let text = '';
      for await (const event of await anthropic.messages.create({ ...params, stream: true })) text += event.delta?.text ?? '';
      if (!text.startsWith('one two')) throw new Error(text);
    });
    ${vendor.collect}
    console.log(JSON.stringify({ names: names.sort() }));
    process.exit(0);
  `;
}
