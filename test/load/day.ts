import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const SERVE = fileURLToPath(new URL('serve.ts', import.meta.url));
const SPANS_PER_REQUEST = 7;

/** What the service said at its end. */
interface Cost {
  readonly isDrained: boolean;
  readonly cpuMs: number;
  readonly maxRssBytes: number;
  readonly spool: { readonly writtenLines: number; readonly droppedLines: number; readonly failedLines: number };
}

/** What a load run found. */
export interface Day {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
  readonly maxRssBytes: number;
  readonly lines: number;
  /** Documents in the target, each counted once. */
  readonly stored: number;
  /** Spans among them. */
  readonly spans: number;
  readonly dropped: number;
  readonly isDrained: boolean;
  readonly bytes: number;
}

/** Stands for Elasticsearch: takes everything, and remembers the ids. */
interface Target {
  readonly url: string;
  readonly ids: ReadonlySet<string>;
  spans(): number;
  bytes(): number;
  close(): void;
}

async function startTarget(): Promise<Target> {
  const ids = new Set<string>();
  let spans = 0;
  let bytes = 0;
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = gunzipSync(Buffer.concat(chunks)).toString();
    const lines = body.split('\n');
    const items: string[] = [];
    for (let n = 0; n + 1 < lines.length; n += 2) {
      const id = /"_id":"([^"]+)"/.exec(lines[n] as string)?.[1] ?? '';
      const isNew = !ids.has(id);
      ids.add(id);
      if (isNew) {
        bytes += Buffer.byteLength(lines[n + 1] as string);
        if (lines[n + 1]?.includes('"event.name":"span.end"') === true) spans++;
      }
      items.push(`{"create":{"status":${isNew ? 201 : 409}}}`);
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"errors":false,"items":[${items.join(',')}]}`);
  }
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ids,
    spans: () => spans,
    bytes: () => bytes,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Service {
  readonly url: string;
  end(): Promise<Cost>;
}

async function startService(dir: string, target: string, isTraced: boolean): Promise<Service> {
  const args = ['--import', 'tsx', SERVE, dir, target];
  const env = { ...process.env, NODE_ENV: 'production', SPANLINE_ENABLED: String(isTraced) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', look);
      child.once('close', () => reject(new Error(`the service ended: ${output.slice(-500)}`)));
      look();
    });
  const port = await said(/^port (\d+)$/m);
  return {
    url: `http://127.0.0.1:${port}`,
    async end() {
      child.kill('SIGTERM');
      const cost = JSON.parse(await said(/^cost (\{.*\})$/m)) as Cost;
      child.kill('SIGKILL');
      return cost;
    },
  };
}

const at = (sorted: readonly number[], quantile: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;

/** How to run a day. */
export interface DayOptions {
  readonly requests: number;
  readonly atOnce: number;
  /** False: the same service without tracing. @defaultValue true */
  readonly isTraced?: boolean;
}

/** Asks `requests` questions of a service in a process of its own, so many at once, that ships its lines to a server of this process. */
export async function runDay({ requests, atOnce, isTraced = true }: DayOptions): Promise<Day> {
  const dir = mkdtempSync(join(tmpdir(), 'spanline-load-'));
  const target = await startTarget();
  const service = await startService(dir, target.url, isTraced);
  const latencies: number[] = [];
  let failed = 0;
  let next = 0;
  async function client(): Promise<void> {
    while (next < requests) {
      const number = next++;
      const started = performance.now();
      const response = await fetch(`${service.url}/ask/${number}`);
      await response.text();
      latencies.push(performance.now() - started);
      if (!response.ok) failed++;
    }
  }
  const started = performance.now();
  await Promise.all(Array.from({ length: atOnce }, client));
  const seconds = (performance.now() - started) / 1000;
  const cost = await service.end();
  target.close();
  rmSync(dir, { recursive: true, force: true });
  const sorted = latencies.toSorted((first, second) => first - second);
  return {
    requests,
    failed,
    seconds,
    p50Ms: at(sorted, 0.5),
    p99Ms: at(sorted, 0.99),
    cpuMsPerRequest: cost.cpuMs / requests,
    maxRssBytes: cost.maxRssBytes,
    lines: cost.spool.writtenLines,
    stored: target.ids.size,
    spans: target.spans(),
    dropped: cost.spool.droppedLines + cost.spool.failedLines,
    isDrained: cost.isDrained,
    bytes: target.bytes(),
  };
}

/** Spans that so many requests make. */
export const spansOf = (requests: number): number => requests * SPANS_PER_REQUEST;
