import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { spool, victorialogs } from '@spanline/ship';
import { type Line, writeProgram } from './support/program.ts';
import type { RunningServer } from './support/server.ts';
import { deadLetters, ship } from './support/ship.ts';
import { startVictoriaLogs } from './support/victoria-logs.ts';

const { victoriaLogs: files } = inject('servers');

/** It answers before a query finds the lines. */
const WRITTEN = { timeout: 60_000, interval: 100 };

describe.skipIf(files === undefined)('VictoriaLogs', () => {
  let server: RunningServer | undefined;
  let lines: Line[];

  beforeAll(async () => {
    server = await startVictoriaLogs(files as string);
    const dir = join(server.folder, 'spool');
    lines = await writeProgram(dir);
    const { stats } = await ship({ dir, to: [victorialogs({ url: server.url })] });
    expect(stats['victorialogs']).toMatchObject({ stored: lines.length, rejected: 0, retries: 0 });
  });
  afterAll(() => server?.stop());

  async function find(query: string): Promise<Line[]> {
    const body = new URLSearchParams({ query, limit: '10000' });
    const response = await fetch(`${(server as RunningServer).url}/select/logsql/query`, { method: 'POST', body });
    const text = await response.text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  it('has every line once, with its time, message and stream', async () => {
    const found = await vi.waitFor(async () => {
      const all = await find('*');
      expect(all).toHaveLength(lines.length);
      return all;
    }, WRITTEN);
    const key = (line: Line): string => `${String(line['event.id'])} ${String(line['attempt'])}`;
    const known = new Map(found.map((line) => [key(line), line]));
    for (const line of lines) {
      const stored = known.get(`${String(line['event.id'])} ${String(line['attempt'])}`) as Line;
      expect(Date.parse(String(stored['_time']))).toBe(Date.parse(String(line['@timestamp'])));
      expect(stored).toMatchObject({
        _msg: line['message'],
        trace_id: line['trace_id'],
        'service.name': 'servers-test',
      });
      expect(stored['_stream']).toContain('service.name="servers-test"');
    }
  });

  it('answers what was asked, by request, and with sums of tokens and cost', async () => {
    const spans = lines.filter((line) => line['http.request.id'] === 'req-7');
    expect(await find('"http.request.id":="req-7"')).toHaveLength(spans.length);
    const [call] = await find('"gen_ai.input.messages":quokkahaven "span.type":=llm');
    expect(call).toMatchObject({ 'http.request.id': 'req-long' });
    const [sums] = await find(
      '"span.type":=llm | stats sum("gen_ai.usage.input_tokens") tokens, sum("spanline.cost.usd") cost',
    );
    const calls = lines.filter((line) => line['span.type'] === 'llm');
    const sum = (name: string): number => calls.reduce((total, line) => total + Number(line[name] ?? 0), 0);
    expect(Number(sums?.['tokens'])).toBe(sum('gen_ai.usage.input_tokens'));
    expect(Number(sums?.['cost'])).toBeCloseTo(sum('spanline.cost.usd'), 9);
  });

  it('keeps a long line without the end of its text, refuses what the server would drop, and stores the others once', async () => {
    const dir = join((server as RunningServer).folder, 'odd');
    const spooled = spool({ dir });
    const odd = [
      {},
      { text: 'x'.repeat(400_000) },
      Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`field${n}`, n])),
      { 'service.name': 'x'.repeat(70_000) },
      { numbers: Array.from({ length: 60_000 }, (_, n) => n) },
      { [`name${'x'.repeat(200)}`]: 1 },
      {},
    ];
    for (const [n, fields] of odd.entries()) {
      spooled.write(`${JSON.stringify({ n, message: 'odd', '@timestamp': new Date().toISOString(), ...fields })}\n`);
    }
    await spooled.close(0);
    const { stats } = await ship({ dir, to: [victorialogs({ url: (server as RunningServer).url })] });
    expect(stats['victorialogs']).toMatchObject({ stored: 4, rejected: 3, shortened: 1, retries: 0 });
    expect(deadLetters(dir, 'victorialogs').map(({ reason }) => reason)).toEqual([
      'more than 1000 fields',
      'a field of the stream is too long',
      'the line is too large for one log',
    ]);
    const found = await vi.waitFor(async () => {
      const all = await find('odd');
      expect(all).toHaveLength(4);
      return all;
    }, WRITTEN);
    // A line with a name of more than 128 bytes is stored as text.
    expect(
      found
        .map(({ n, _msg: message }) => n ?? (JSON.parse(String(message)) as Line)['n'])
        .map(Number)
        .toSorted(),
    ).toEqual([0, 1, 5, 6]);
    const long = found.find(({ n }) => n === '1');
    expect(long?.['text']).toMatch(/^x{200000,}…\[\+\d+ bytes\]$/);
    expect(long?.['spanline.truncated']).toBe('["text"]');
  });
});
