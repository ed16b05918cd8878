/** `spanline reconcile`: days of another time zone, and files that are no bills. */
import { describe, expect, it } from 'vitest';
import { lines, span, spanId } from '../../query/test/support/logs.ts';
import { cli, folderWith } from './support/cli.ts';

const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
const FIRST = Date.UTC(2026, 10, 20);
const HOURS = 24 * 6;

/** More calls in the afternoon than at night, and more each day. */
const tokensAt = (hour: number): number => Math.round(1000 + 400 * (hour % 24) + 90 * hour);

/** A call in each period of some milliseconds. */
function logOf(period: number): string {
  const calls = (HOURS * HOUR) / period;
  return lines(
    ...Array.from({ length: calls }, (_, call) => ({
      ...span(call, { span_id: spanId(call + 1), 'span.type': 'llm' }),
      '@timestamp': new Date(FIRST + call * period + 60_000).toISOString(),
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': tokensAt((call * period) / HOUR),
      'gen_ai.usage.output_tokens': 100,
      'spanline.cost.usd': 0.01,
    })),
  );
}

const log = logOf(HOUR);

/** The usage of days that begin at midnight of an offset in hours. */
function bill(offset: number, isTimed = false, period = HOUR): string {
  const days = new Map<string, number>();
  for (let at = 0; at < HOURS * HOUR; at += period) {
    const day = new Date(FIRST + at + offset * HOUR).toISOString().slice(0, 10);
    days.set(day, (days.get(day) ?? 0) + tokensAt(at / HOUR));
  }
  const calls = (24 * HOUR) / period;
  const rows = [...days].map(([day, tokens]) => {
    const date = isTimed
      ? `${day}T00:00:00${offset < 0 ? '-' : '+'}${String(Math.abs(offset)).padStart(2, '0')}:00`
      : day;
    return `${date},gpt-4o,${calls},${tokens},${calls * 100}`;
  });
  return ['date,model,num_model_requests,input_tokens,output_tokens', ...rows].join('\n');
}

async function reconcile(content: string, ...args: readonly string[]) {
  return reconcileLog(log, content, ...args);
}

async function reconcileLog(text: string, content: string, ...args: readonly string[]) {
  const cwd = folderWith({ 'app.ndjson': text, 'usage.csv': content });
  const { code, stdout, stderr } = await cli(['reconcile', 'app.ndjson', '--openai', 'usage.csv', ...args], { cwd });
  return { code, stdout, stderr };
}

/** Sums of days that both sides have in full. */
const INNER = ['--from', '2026-11-21T08:00:00Z', '--to', '2026-11-24T07:59:59Z'];

interface Data {
  readonly boundary?: { readonly offset: string; readonly now: number; readonly then: number };
  readonly rows: readonly { readonly unit: string }[];
}
const dataOf = ({ stdout }: { stdout: string }): Data => JSON.parse(stdout) as Data;

describe('days of another time zone', () => {
  it.each([-8, 9])('are recognised, and named with the offset under which the sums agree: %s', async (offset) => {
    const text = `${offset < 0 ? '-' : '+'}0${Math.abs(offset)}:00`;
    const found = dataOf(await reconcile(bill(offset), '--json'));
    expect(found.boundary?.offset).toBe(text);
    expect(found.boundary?.now).toBeGreaterThan(0.05);
    expect(found.boundary?.then).toBeLessThan(0.001);
    const { stdout } = await reconcile(bill(offset));
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`with --utc-offset ${text} its sums of tokens differ by`);
  });

  it.each([
    [5.5, '+05:30'],
    [5.75, '+05:45'],
    [-3.5, '-03:30'],
    [-4, '-04:00'],
  ])('may begin at a part of an hour of UTC: %s', async (offset, text) => {
    const quarters = logOf(QUARTER);
    const found = dataOf(await reconcileLog(quarters, bill(offset, false, QUARTER), '--json'));
    expect(found.boundary).toMatchObject({ offset: text });
    expect(found.boundary?.then).toBeLessThan(0.001);
    const from = new Date(Date.UTC(2026, 10, 22) - offset * HOUR).toISOString();
    const to = new Date(Date.UTC(2026, 10, 24) - offset * HOUR - 1).toISOString();
    const args = ['--utc-offset', text, '--from', from, '--to', to, '--json'];
    const { stdout } = await reconcileLog(quarters, bill(offset, false, QUARTER), ...args);
    expect(JSON.parse(stdout)).toMatchObject({ differences: 0, sums: 2 * 3 });
  });

  it('are those of a whole hour where a part of it explains the bill no better', async () => {
    expect(dataOf(await reconcile(bill(-3), '--json')).boundary).toMatchObject({ offset: '-03:00' });
  });

  it.each([false, true])('agree with the lines under --utc-offset (times: %s)', async (isTimed) => {
    const { code, stdout } = await reconcile(bill(-8, isTimed), '--utc-offset', '-08:00', ...INNER, '--json');
    expect(dataOf({ stdout })).toMatchObject({ differences: 0 });
    expect(dataOf({ stdout }).boundary).toBeUndefined();
    // The bill has days that the log is not asked for.
    expect(code).toBe(0);
  });

  it('are not found in a bill of UTC, nor in one with calls that are not on the lines', async () => {
    expect(dataOf(await reconcile(bill(0), '--json')).boundary).toBeUndefined();
    const more = bill(0).replaceAll(
      /(gpt-4o,24),(\d+)/g,
      (_, head: string, tokens: string) => `${head},${Number(tokens) * 2}`,
    );
    expect(dataOf(await reconcile(more, '--json')).boundary).toBeUndefined();
  });

  it.each(['8', '+25:00', 'Europe/Berlin', '-08:75'])('need an offset: %s', async (given) => {
    const { code, stderr } = await reconcile(bill(0), '--utc-offset', given);
    expect(code).toBe(64);
    expect(stderr).toContain('--utc-offset must be an offset such as -08:00');
  });
});

describe('files that are no bills', () => {
  it.each([
    ['is a PDF', '%PDF-1.7 …'],
    ['is a spreadsheet', 'PK\u0003\u0004…'],
    ['is a web page', '<!doctype html><html></html>'],
    ['is empty', ''],
    ['is a log', log],
    [
      'usage.csv is one of anthropic: --anthropic usage.csv',
      'usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens\n2026-11-23,claude-sonnet-4-5,100,10\n',
    ],
  ])('are refused with the reason: it %s', async (reason, content) => {
    const { code, stderr, stdout } = await reconcile(content);
    expect(stderr).toContain(reason);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  });

  it('say which days both sides have where they have none in common', async () => {
    const { code, stdout } = await reconcile(bill(0).replaceAll('2026-11', '2025-01'));
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'The lines are of 2026-11-20 to 2026-11-25, the bill is of 2025-01-20 to 2025-01-25.',
    );
  });
});
