import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@elastic/elasticsearch';
import { type SpanRecord, toEcs } from '@spanline/core';
import { datadog, elasticsearch, type SinkSpec, spool, startShipper } from '@spanline/ship';
import { pino } from 'pino';
import { measure, median } from './harness.ts';
import { ratio, type Row } from './rows.ts';

const LINES = 40_000;
const ROUNDS = 3;
const FLUSH_BYTES = 2_000_000;
const LINES_PER_SECOND_AND_CORE = 25_000;

/** A span of about 1 kB, in the profile `otel`. */
function record(n: number): SpanRecord {
  return {
    '@timestamp': '2026-11-23T09:12:35.958Z',
    level: 'info',
    message: 'chat gpt-4o-mini 1834 ms 1532→287 tok $0.000325',
    'event.name': 'span.end',
    'event.outcome': 'success',
    'spanline.schema': '1.0',
    'event.id': `m3k9x2-${n}`,
    'service.name': 'rag-api',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    'span.name': 'chat gpt-4o-mini',
    'span.type': 'llm',
    'span.kind': 'CLIENT',
    'span.status': 'ok',
    'event.start': '2026-11-23T09:12:34.123456Z',
    'event.duration': 1_834_000_000,
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 1532,
    'gen_ai.usage.output_tokens': 287,
    'spanline.cost.usd': 0.000325,
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'x'.repeat(250) }] }]),
  };
}

const otelLine = (n: number): string => JSON.stringify(record(n));
const ecsLine = (n: number): string => JSON.stringify(toEcs(record(n)));

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** CPU nanoseconds a line, all threads, for what a task does with so many lines. */
async function perLine(task: (folder: string) => Promise<() => Promise<void>>): Promise<number> {
  const samples: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
    const run = await task(folder);
    const before = cpuNs();
    await run();
    if (round >= 0) samples.push((cpuNs() - before) / LINES);
    rmSync(folder, { recursive: true, force: true });
  }
  return median(samples);
}

function writeLines(folder: string, line: (n: number) => string): string {
  const path = join(folder, 'app.log');
  const file = openSync(path, 'w');
  for (let n = 0; n < LINES; n++) writeSync(file, `${line(n)}\n`);
  closeSync(file);
  return path;
}

const shipping = (sink: SinkSpec, line: (n: number) => string) => (folder: string) => {
  const files = [writeLines(folder, line)];
  return Promise.resolve(async () => {
    const shipper = startShipper({ dir: join(folder, 'state'), files, to: [sink] });
    await shipper.drain();
    await shipper.stop(0);
  });
};

/** The helper of Elastic's client, given lines as objects. */
const bulkHelper = (url: string) => (folder: string) => {
  const documents = Array.from({ length: LINES }, (_, n) => ecsLine(n));
  const client = new Client({ node: url, compression: true });
  return Promise.resolve(async () => {
    await client.helpers.bulk({
      datasource: documents.map((text) => JSON.parse(text) as object),
      flushBytes: FLUSH_BYTES,
      onDocument: () => ({ create: { _index: `logs-${folder.length}` } }),
    });
    await client.close();
  });
};

const row = (what: string, ns: number, otherNs: number, other: string): Row => ({
  what,
  limit: 1,
  budget: '≤ 1×',
  unit: '×',
  measured: ns / otherNs,
  detail: `${(ns / 1000).toFixed(1)} µs a line = ${Math.round(1e9 / ns)} lines/s and core / ${(otherNs / 1000).toFixed(1)} µs (${other})`,
});

async function appRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
  const text = 'x'.repeat(900);
  const spooled = spool({ dir: join(folder, 'spool') });
  const file = pino({ base: null }, pino.destination({ dest: join(folder, 'a.log'), sync: true }));
  const logger = pino({ base: null }, spooled);
  const [plain, ours] = await measure([
    { name: 'pino.destination({ sync: true })', run: () => file.info({ text }, 'x') },
    { name: 'spool', run: () => logger.info({ text }, 'x') },
  ]);
  await spooled.close(0);
  rmSync(folder, { recursive: true, force: true });
  return [ratio('a line of 1 kB into the spool', 1.2, ours, plain)];
}

/** What a line costs the application, and the shipper. */
export async function shipRows(): Promise<Row[]> {
  const target = fork(fileURLToPath(new URL('./ship-sink.ts', import.meta.url)));
  try {
    const [port] = (await once(target, 'message')) as [number];
    const url = `http://127.0.0.1:${port}`;
    const budgetNs = 1e9 / LINES_PER_SECOND_AND_CORE;
    const budget = `budget of ${LINES_PER_SECOND_AND_CORE} lines/s and core`;
    const elastic = await perLine(shipping(elasticsearch({ url }), otelLine));
    const intake = await perLine(shipping(datadog({ url, apiKey: 'key' }), otelLine));
    const ecs = await perLine(shipping(elasticsearch({ url }), ecsLine));
    const helper = await perLine(bulkHelper(url));
    return [
      ...(await appRows()),
      row('otel lines to Elasticsearch', elastic, budgetNs, budget),
      row('otel lines to Datadog', intake, budgetNs, budget),
      row('ECS lines to Elasticsearch, 2 MB a request', ecs, helper, 'helpers.bulk of the same lines'),
    ];
  } finally {
    target.kill();
  }
}
