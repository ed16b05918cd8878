import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Channel } from '../src/index.ts';
import { createWorld, MINUTE } from './world.ts';

interface Example {
  discord(url: string): Channel;
}

const RULE = { name: 'Slow', metric: 'latency_p95_ms', threshold: 100, comparison: 'gt' as const, minSamples: 1 };

/** Loads the program below the heading in docs/alerts.md. */
async function loadExample(): Promise<Example> {
  const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
  const code = /### A channel of your own\n[^]*?```ts\n(?<code>[^]*?)```/.exec(page)?.groups?.['code'];
  if (code === undefined) throw new Error('docs/alerts.md has no example of a channel');
  const folder = mkdtempSync(join(import.meta.dirname, '.child-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'discord.ts');
  writeFileSync(file, code);
  return (await import(pathToFileURL(file).href)) as Example;
}

/** A server that answers with each status in turn, then with 204. */
async function startServer(...statuses: number[]) {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => void (body += chunk));
    request.on('end', () => {
      bodies.push(JSON.parse(body));
      response.writeHead(statuses.shift() ?? 204).end();
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

describe('the channel in docs/alerts.md', () => {
  it.each<[what: string, statuses: number[], requests: number, stats: object]>([
    ['delivers an alert', [], 1, { sent: 1, failed: 0, lost: 0 }],
    ['retries after an error of the server', [503], 2, { sent: 1, failed: 1, lost: 0 }],
    ['does not retry after a permanent failure', [404], 1, { sent: 0, failed: 1, lost: 1 }],
  ])('%s', async (_what, statuses, requests, stats) => {
    const { discord } = await loadExample();
    const { bodies, url } = await startServer(...statuses);
    const world = createWorld({ rules: [RULE], channels: { slack: discord(url) } });
    world.serve({ ms: 5000 });
    world.pass(MINUTE);
    const { sent, lost } = stats as { sent: number; lost: number };
    const channel = () => world.monitor.stats().channels['slack'];
    await vi.waitUntil(() => (channel()?.sent ?? 0) === sent && (channel()?.lost ?? 0) === lost, { timeout: 60_000 });
    expect(channel()).toEqual(stats);
    expect(bodies).toHaveLength(requests);
    expect(bodies[0]).toMatchObject({
      content: expect.stringContaining('**warning fired** Slow: latency_p95_ms is 5,0') as string,
    });
  });
});
