import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@elastic/elasticsearch';
import { pino } from 'pino';
import { datadog, elasticsearch, otlp, type SinkSpec, spool, startShipper } from '@spanline/ship';
import { measure, median } from './harness.ts';
import { ratio, type Row } from './rows.ts';
import { ecsLine, otelLine } from './ship-lines.ts';

const LINES = 40_000;
const ROUNDS = 3;
const FLUSH_BYTES = 2_000_000;
const LINES_PER_SECOND_AND_CORE = 25_000;

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

type Task = (folder: string) => Promise<() => Promise<void>>;

/** CPU nanoseconds a line, all threads: medians of rounds in which each task has its turn, so that a machine that slows down slows all of them. */
async function perLine<Name extends string>(tasks: Readonly<Record<Name, Task>>): Promise<Record<Name, number>> {
  const names = Object.keys(tasks) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of names) {
      const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
      const run = await tasks[name](folder);
      const before = cpuNs();
      await run();
      if (round >= 0) samples.get(name)?.push((cpuNs() - before) / LINES);
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<Name, number>;
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
const bulkHelper = (url: string, line: (n: number) => string) => (folder: string) => {
  const documents = Array.from({ length: LINES }, (_, n) => line(n));
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

const row = (what: string, ns: number, otherNs: number, other: string, limit = 1): Row => ({
  what,
  limit,
  budget: `≤ ${limit}×`,
  unit: '×',
  measured: ns / otherNs,
  sides: { oursNs: ns, peerNs: otherNs, peer: other },
  detail: `${(ns / 1000).toFixed(1)} µs a line = ${Math.round(1e9 / ns)} lines/s and core / ${(otherNs / 1000).toFixed(1)} µs (${other})`,
});

async function appRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
  const spooled = spool({ dir: join(folder, 'spool') });
  const file = pino({ base: null }, pino.destination({ dest: join(folder, 'a.log'), sync: true }));
  const logger = pino({ base: null }, spooled);
  const rows: Row[] = [];
  for (const [what, text] of [
    ['ASCII', 'x'.repeat(900)],
    ['other characters', `→${'x'.repeat(900)}`],
  ]) {
    const [plain, ours] = await measure([
      { name: 'pino.destination({ sync: true })', run: () => file.info({ text }, 'x') },
      { name: 'spool', run: () => logger.info({ text }, 'x') },
    ]);
    rows.push(ratio(`a line of 1 kB into the spool, ${what}`, 1.2, ours, plain));
  }
  await spooled.close(0);
  rmSync(folder, { recursive: true, force: true });
  return rows;
}

/** What a line costs the application, and the shipper. */
export async function shipRows(): Promise<Row[]> {
  const target = fork(fileURLToPath(new URL('./ship-sink.ts', import.meta.url)));
  try {
    const [port] = (await once(target, 'message')) as [number];
    const url = `http://127.0.0.1:${port}`;
    const budgetNs = 1e9 / LINES_PER_SECOND_AND_CORE;
    const budget = `budget of ${LINES_PER_SECOND_AND_CORE} lines/s and core`;
    const ns = await perLine({
      elastic: shipping(elasticsearch({ url }), otelLine),
      asIs: shipping(elasticsearch({ url, profile: 'otel' }), otelLine),
      helper: bulkHelper(url, otelLine),
      ecs: shipping(elasticsearch({ url }), ecsLine),
      ecsHelper: bulkHelper(url, ecsLine),
      intake: shipping(datadog({ url, apiKey: 'key' }), otelLine),
      spans: shipping(otlp({ url: `${url}/v1/traces` }), otelLine),
    });
    const other = 'helpers.bulk of the same documents, 2 MB a request';
    return [
      ...(await appRows()),
      row('otel lines to Elasticsearch', ns.elastic, budgetNs, budget),
      row('otel lines to Datadog', ns.intake, budgetNs, budget),
      row('otel lines to OTLP', ns.spans, budgetNs, budget),
      row('otel lines made ECS documents', ns.elastic, ns.ecsHelper, other, 0.8),
      row('ECS lines that are documents', ns.ecs, ns.ecsHelper, other),
      row('otel lines that are documents', ns.asIs, ns.helper, other),
    ];
  } finally {
    target.kill();
  }
}
