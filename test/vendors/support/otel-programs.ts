/** Programs with OpenTelemetry as its documentation sets it up. Each prints our lines; nothing leaves the machine. */

/** An SDK with our processors: `start(instrumentations)`. */
const HEAD = `
  import { createRequire } from 'node:module';
  import { NodeSDK } from '@opentelemetry/sdk-node';
  import { createLogger, createTracer } from '@spanline/core';
  import { wrapOpenAI } from '@spanline/openai';
  import { SpanlineLogRecordProcessor, SpanlineSpanProcessor } from '@spanline/otel';
  const require = createRequire(import.meta.url);
  const OTEL = Symbol.for('opentelemetry.js.api.1');
  const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
  const spanProcessors = [new SpanlineSpanProcessor({ tracer })];
  const logRecordProcessors = [new SpanlineLogRecordProcessor({ tracer })];
  if (globalThis[OTEL] !== undefined) throw new Error('a global of OpenTelemetry is set');
  let sdk;
  function start(instrumentations) {
    sdk = new NodeSDK({ spanProcessors, logRecordProcessors, instrumentations });
    sdk.start();
  }
  async function end() {
    await sdk.shutdown();
    await tracer.shutdown();
    process.exit(0);
  }
  const config = { apiKey: 'test', baseURL: process.env.BASE + '/v1', maxRetries: 0 };
  const traced = (client) => (process.env.WRAPPED === '1' ? wrapOpenAI(client, { tracer }) : client);
`;

/** Two calls of a model, one of them streamed, and a vector. */
const ASK = `
  const openai = traced(new OpenAI(config));
  const params = { model: 'gpt-4o', messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'plain' }] };
  await openai.chat.completions.create(params);
  const stream = await openai.chat.completions.create({ ...params, stream: true, stream_options: { include_usage: true } });
  for await (const _ of stream);
  await openai.embeddings.create({ model: 'text-embedding-3-small', input: 'plain' });
  await end();
`;

/** Instrumentations of OpenAI's client. */
export const OPENAI_PROGRAMS: Readonly<Record<string, string>> = {
  'the official instrumentation': `${HEAD}
    const { OpenAIInstrumentation } = await import('@opentelemetry/instrumentation-openai');
    start([new OpenAIInstrumentation({ captureMessageContent: true })]);
    const OpenAI = require('openai');
    ${ASK}`,
  "Traceloop's instrumentation": `${HEAD}
    const { OpenAIInstrumentation } = require('@traceloop/instrumentation-openai');
    start([new OpenAIInstrumentation({ enrichTokens: false })]);
    const OpenAI = require('openai');
    ${ASK}`,
  "OpenInference's instrumentation": `${HEAD}
    const { OpenAIInstrumentation } = await import('@arizeai/openinference-instrumentation-openai');
    const OpenAI = require('openai');
    const instrumentation = new OpenAIInstrumentation();
    instrumentation.manuallyInstrument(OpenAI);
    start([instrumentation]);
    ${ASK}`,
};

const askSdk = (telemetry: string): string => `
  const model = createOpenAI(config).chat('gpt-4o');
  const weather = tool({
    description: 'the weather',
    inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } } }),
    execute: ({ city }) => city + ' is sunny',
  });
  const { text } = await generateText({ model, prompt: 'weather', tools: { weather }, stopWhen: stepCountIs(3), ${telemetry} });
  if (text !== 'It is sunny.') throw new Error(text);
  const stream = streamText({ model, prompt: 'plain', ${telemetry} });
  for await (const _ of stream.textStream);
  await end();
`;

/** The AI SDK with its own spans. \`BESIDE=1\` adds our telemetry object. */
export const AI_SDK_PROGRAMS: Readonly<Record<string, string>> = {
  '6, experimental_telemetry': `${HEAD}
    import { trace } from '@opentelemetry/api';
    import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai6';
    import { createOpenAI } from 'ai-sdk-openai3';
    import { spanlineTelemetry } from '@spanline/ai-sdk';
    start([]);
    const integrations = process.env.BESIDE === '1' ? [spanlineTelemetry({ tracer })] : [];
    ${askSdk("experimental_telemetry: { isEnabled: true, tracer: trace.getTracer('ai'), integrations }")}`,
  '7, @ai-sdk/otel': `${HEAD}
    import { createOpenAI } from '@ai-sdk/openai';
    import { OpenTelemetry } from '@ai-sdk/otel';
    import { trace } from '@opentelemetry/api';
    import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
    import { spanlineTelemetry } from '@spanline/ai-sdk';
    const stepCountIs = isStepCount;
    start([]);
    const integrations = [new OpenTelemetry({ tracer: trace.getTracer('ai') })];
    if (process.env.BESIDE === '1') integrations.push(spanlineTelemetry({ tracer }));
    ${askSdk('telemetry: { integrations }')}`,
};

/** A server whose handler asks another server and a database, with a span of ours around both. */
export const SERVICES = `${HEAD}
  import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
  import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
  import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
  import { once } from 'node:events';
  import { createServer as listen } from 'node:net';
  start([new HttpInstrumentation(), new UndiciInstrumentation(), new PgInstrumentation({ enhancedDatabaseReporting: false })]);
  const http = require('node:http');
  const pg = require('pg');

  // As much of PostgreSQL's protocol as a client needs that asks without parameters.
  const message = (type, ...parts) => {
    const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part + '\\0') : Buffer.from(part))));
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const READY = message('Z', [73]);
  const ROW = Buffer.concat([
    message('T', [0, 1], 'title', [0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]),
    message('D', [0, 1, 0, 0, 0, 5], Buffer.from('Rhine')),
    message('C', 'SELECT 1'),
  ]);
  const database = listen((socket) => {
    let isStarted = false;
    socket.on('data', (data) => {
      if (!isStarted) {
        isStarted = true;
        socket.write(Buffer.concat([message('R', [0, 0, 0, 0]), READY]));
      } else if (data.includes('broken')) {
        socket.write(Buffer.concat([message('E', [83], 'ERROR', [67], '42P01', [77], 'no such table', [0]), READY]));
      } else if (data[0] === 81) socket.write(Buffer.concat([ROW, READY]));
    });
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(database, 'listening');
  const client = new pg.Client({ host: '127.0.0.1', port: database.address().port, user: 'reader', password: 's3cret', database: 'shop' });
  await client.connect();

  const server = http.createServer(async (req, res) => {
    if (req.url.startsWith('/prices')) return void res.end('{}');
    await tracer.withSpan({ name: 'answer', type: 'chain' }, async () => {
      await (await fetch('http://127.0.0.1:' + server.address().port + '/prices?token=s3cret')).text();
      const { rows } = await client.query('SELECT title FROM rivers');
      await client.query('SELECT broken FROM nowhere').catch(() => undefined);
      res.end(rows[0].title);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await new Promise((resolve, reject) => {
    const request = require('node:net').connect(server.address().port, '127.0.0.1', () => request.write('GET /ask HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n'));
    let text = '';
    request.on('data', (data) => (text += data)).on('end', () => resolve(text)).on('error', reject);
  });
  if (!answer.includes('Rhine')) throw new Error(answer);
  await client.end();
  await end();
`;

/** Sentry beside an SDK of OpenTelemetry, joined as Sentry's documentation says. */
export const SENTRY = `
  import * as Sentry from '@sentry/node';
  import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
  import { createLogger, createTracer } from '@spanline/core';
  import { SpanlineSpanProcessor } from '@spanline/otel';
  const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
  const provider = new NodeTracerProvider({ spanProcessors: process.env.WITHOUT === '1' ? [] : [new SpanlineSpanProcessor({ tracer })] });
  provider.register();
  Sentry.init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1, integrations: [Sentry.openTelemetryIntegration()] });
  const sent = [];
  Sentry.getClient().on('spanEnd', (span) => sent.push(Sentry.spanToJSON(span).name ?? Sentry.spanToJSON(span).description));
  const otel = provider.getTracer('app');
  await Sentry.startSpan({ name: 'sentry outer' }, () =>
    otel.startActiveSpan('otel', async (span) => {
      await tracer.withSpan('ours', async () => {
        await new Promise((resolve) => void setImmediate(resolve));
        await Sentry.startSpan({ name: 'sentry inner' }, () => tracer.startSpan('innermost').end());
        otel.startSpan('otel inner').end();
      });
      span.end();
    }),
  );
  console.log(JSON.stringify({ names: sent.sort() }));
  await tracer.shutdown();
  process.exit(0);
`;

/** dd-trace beside an SDK of OpenTelemetry with our processor. */
export const DATADOG = `
  import { createRequire } from 'node:module';
  import { createServer } from 'node:http';
  import { once } from 'node:events';
  const require = createRequire(import.meta.url);
  let received = '';
  const intake = createServer((req, res) => {
    req.setEncoding('latin1').on('data', (piece) => (received += piece));
    req.on('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }).listen(0, '127.0.0.1');
  await once(intake, 'listening');
  const dd = require('dd-trace6').init({
    url: 'http://127.0.0.1:' + intake.address().port,
    flushInterval: 0,
    startupLogs: false,
    telemetry: { enabled: false },
    remoteConfig: { pollInterval: 3600 },
  });
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { createLogger, createTracer } = await import('@spanline/core');
  const { SpanlineSpanProcessor } = await import('@spanline/otel');
  const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
  const provider = new NodeTracerProvider({ spanProcessors: process.env.WITHOUT === '1' ? [] : [new SpanlineSpanProcessor({ tracer })] });
  provider.register();
  const otel = provider.getTracer('app');
  await dd.trace('dd outer', () =>
    otel.startActiveSpan('otel', async (span) => {
      await tracer.withSpan('ours', async () => {
        await new Promise((resolve) => void setImmediate(resolve));
        await dd.trace('dd inner', () => tracer.startSpan('innermost').end());
        otel.startSpan('otel inner').end();
      });
      span.end();
    }),
  );
  while (!['dd outer', 'dd inner'].every((name) => received.includes(name))) await new Promise((next) => setTimeout(next, 25));
  console.log(JSON.stringify({ names: ['dd outer', 'dd inner'] }));
  await tracer.shutdown();
  process.exit(0);
`;
