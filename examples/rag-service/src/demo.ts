import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createLogger, createTracer, parseLine, type SpanRecord, type Tracer } from '@spanline/core';
import { renderTrace } from '@spanline/core/pretty';
import { createDebugToken } from '@spanline/express';
import { type AlertRule, createMonitor, DEFAULT_RULES } from '@spanline/monitor';
import { loadManual } from './documents.ts';
import { startProvider } from './provider.ts';
import { type Outcome, sendRequests } from './requests.ts';
import { createService } from './service.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FILE = fileURLToPath(new URL('../../../demo.ndjson', import.meta.url));

/** One refusal of the provider is enough for a demo. */
const REFUSED: AlertRule = { name: 'Provider Refuses', metric: 'rate_limited', threshold: 1, comparison: 'gte' };

async function listen(
  tracer: Tracer,
  debugKey: string,
): Promise<{ server: Server; url: string; stop: () => Promise<void> }> {
  const provider = await startProvider();
  const command = (ids: readonly string[]): string => `npx spanline show demo.ndjson ${ids[0]}`;
  const monitor = createMonitor({ tracer, rules: [...DEFAULT_RULES, REFUSED], command });
  const app = await createService({ tracer, monitor, provider, chunks: loadManual(), debugKey });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await monitor.close();
    await tracer.shutdown();
    await provider.stop();
  };
  return { server, url: `http://127.0.0.1:${port}`, stop };
}

/** Resolves when every started span is written. */
async function settled(tracer: Tracer): Promise<void> {
  while (tracer.stats().open > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

function readRecords(kind: 'span' | 'alert'): SpanRecord[] {
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => parseLine(line) ?? [])
    .flatMap((parsed) => (parsed.kind === kind ? [parsed.record] : []));
}

async function metricsOf(url: string): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => /^spanline_(?:requests|tokens|cost_usd)_total/.test(line))
    .join('\n');
}

function printTraces(outcomes: readonly Outcome[], records: readonly SpanRecord[]): void {
  for (const { title, requestId, status } of outcomes) {
    const root = records.find((record) => record['http.request.id'] === requestId && record['span.type'] === 'http');
    const trace = records.filter((record) => record.trace_id === root?.trace_id);
    console.log(`\n── ${title} (${status})`);
    console.log(renderTrace(trace, {}));
  }
}

async function demo(): Promise<void> {
  rmSync(FILE, { force: true });
  const tracer = createTracer({
    service: { name: 'docs-assistant', version: '1.0.0', environment: 'demo' },
    logger: createLogger({}, FILE),
  });
  const key = randomBytes(32).toString('hex');
  const { url, stop } = await listen(tracer, key);
  const token = createDebugToken({ key, sessionId: 's_91c2', issuedBy: 'demo' });
  const outcomes = await sendRequests(url, { 'x-session-id': 's_91c2', 'x-spanline-debug': token });
  await settled(tracer);
  const metrics = await metricsOf(url);
  await stop();
  const records = readRecords('span');
  printTraces(outcomes, records);
  const line = records.find((record) => record['span.type'] === 'llm');
  console.log('\n── one of the lines behind it\n');
  console.log(
    readFileSync(FILE, 'utf8')
      .split('\n')
      .find((text) => text.includes(`"span_id":"${line?.span_id}"`)) ?? '',
  );
  console.log(`\n── from /metrics\n\n${metrics}`);
  console.log('\n── alerts');
  for (const alert of readRecords('alert')) console.log(`\n${alert.message}\n  ${alert['spanline.alert.command']}`);
  const first = outcomes[0]?.requestId;
  console.log(`
${records.length} spans of ${outcomes.length} requests are in demo.ndjson. Where to look next:
  npx -y pnpm@12 demo --view                       the traces in the browser, or later:
  npx spanline view demo.ndjson
  npx spanline ls demo.ndjson                      the traces
  npx spanline show demo.ndjson ${first} --prompt
  npx spanline stats demo.ndjson                   each step: count, errors, quantiles, tokens, cost
  npx spanline errors demo.ndjson                  errors, grouped
  npx spanline cost demo.ndjson                    cost by day, model and user
  npx spanline scores demo.ndjson                  what users thought
  npx -y pnpm@12 demo --serve                      the service keeps running
  README.md, then docs/                            your own service`);
}

async function serve(): Promise<void> {
  const tracer = createTracer({ service: { name: 'docs-assistant', version: '1.0.0', environment: 'demo' } });
  const { url, stop } = await listen(tracer, randomBytes(32).toString('hex'));
  console.log(`Serving. Ask it (Ctrl-C ends):

  curl -s ${url}/metrics
  curl -s ${url}/langchain/ask -H 'content-type: application/json' -d '{"question":"How do I redact passwords?"}'
`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await stop();
}

/** Builds the page of the viewer, and shows the traces in it until Ctrl-C. Further options are those of `spanline view`. */
async function view(options: readonly string[]): Promise<void> {
  // Ctrl-C reaches the viewer, too; this process ends after it.
  process.on('SIGINT', () => {});
  const commands = [
    ['packages/viewer/build-page.mjs'],
    [...process.execArgv, 'packages/cli/src/main.ts', 'view', FILE, ...options],
  ];
  for (const command of commands) {
    const child = spawn(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
    process.once('SIGTERM', () => child.kill('SIGTERM'));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) {
      process.exitCode = code ?? 1;
      return;
    }
  }
}

const options = process.argv.slice(2);
if (options.includes('--serve')) await serve();
else {
  await demo();
  if (options.includes('--view')) await view(options.filter((option) => option !== '--view'));
}
