/** `spanline reconcile`: bills in the forms that providers publish, beside the sums of lines. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { lines, span, spanId } from '../../query/test/support/logs.ts';
import { cli, folderWith, type Outcome } from './support/cli.ts';

const HOUR = 3_600_000;

/** A call at an hour of 23 November 2026, counted from nine o'clock. */
const call = (number: number, hour: number, fields: Partial<SpanRecord>): SpanRecord =>
  span(number, {
    at: hour * HOUR,
    span_id: spanId(number + 1),
    'span.type': 'llm',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.cache_read.input_tokens': 400,
    'gen_ai.usage.output_tokens': 100,
    'spanline.cost.usd': 0.5,
    'spanline.cost.price_version': 'genai-prices@1',
    ...fields,
  });

/** Ten calls from nine in the morning to half past eleven at night, and one on each day around. */
const around = [call(90, -30, {}), call(91, 30, {})];
const log = lines(...Array.from({ length: 10 }, (_, number) => call(number, number * 1.5, {})), ...around);

const HEAD =
  'start_time,end_time,start_time_iso,end_time_iso,num_model_requests,input_tokens,output_tokens,input_cached_tokens,model,batch';
const START = Date.UTC(2026, 10, 23) / 1000;
const usage = (requests: number, input: number, output: number, cached: number, model = 'gpt-4o-2024-08-06'): string =>
  `${START},${START + 86_400},2026-11-23T00:00:00+00:00,2026-11-24T00:00:00+00:00,${requests},${input},${output},${cached},${model},False`;
/** The days around, as the lines have them. */
const others = [-1, 1].map((days) => usage(1, 1000, 100, 400).replaceAll(String(START), String(START + days * 86_400)));
const csv = (...rows: string[]): string => `\uFEFF${[HEAD, ...rows, ...others].join('\r\n')}\r\n`;

interface Row {
  readonly day: string;
  readonly model: string;
  readonly unit: string;
  readonly ours?: number;
  readonly bill?: number;
  readonly difference: number;
  readonly reason?: { readonly class: string; readonly text: string };
}

async function reconcile(
  files: Readonly<Record<string, string | Uint8Array>>,
  args: readonly string[],
): Promise<Outcome & { rows: Row[]; data: Record<string, unknown> }> {
  const cwd = folderWith({ 'app.ndjson': log });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const outcome = await cli(['reconcile', 'app.ndjson', ...args, '--json'], { cwd });
  const data = (outcome.stdout === '' ? {} : JSON.parse(outcome.stdout)) as Record<string, unknown>;
  return { ...outcome, data, rows: (data['rows'] ?? []) as Row[] };
}

const told = (rows: readonly Row[]): string[] =>
  rows.map(({ day, unit, ours, bill, reason }) => `${day.slice(8)} ${unit} ${ours} ${bill} ${reason?.class ?? 'same'}`);

const openAi = (content: string | Uint8Array, ...args: string[]) =>
  reconcile({ 'usage.csv': content }, ['--openai', 'usage.csv', ...args]);

describe('the usage of OpenAI', () => {
  it('agrees with the lines', async () => {
    const { code, data } = await openAi(csv(usage(10, 10_000, 1000, 4000)));
    expect(data).toMatchObject({ calls: 12, sums: 12, differences: 0 });
    expect(code).toBe(0);
    const zipped = await openAi(gzipSync(csv(usage(10, 10_000, 1000, 4000))));
    expect(zipped.data).toMatchObject({ differences: 0 });
    const { rows } = await openAi(csv(usage(10, 10_000, 1000, 4000)), '--all', '--to', '2026-11-23');
    expect(told(rows)).toContain('23 cache read 4000 4000 same');
  });

  it('finds calls that are not on the lines, and models that the bill or the log lacks', async () => {
    const { code, rows } = await openAi(csv(usage(14, 14_000, 1400, 5600), usage(1, 7, 7, 0, 'o3-2025-04-16')));
    expect(code).toBe(1);
    expect(told(rows)).toEqual([
      '23 requests 10 14 not instrumented',
      '23 input 6000 8400 not instrumented',
      '23 cache read 4000 5600 not instrumented',
      '23 output 1000 1400 not instrumented',
      '23 requests undefined 1 not instrumented',
      '23 input undefined 7 not instrumented',
      '23 output undefined 7 not instrumented',
    ]);
    const less = await openAi(csv());
    expect(told(less.rows)[0]).toBe('23 requests 10 undefined not on the bill');
  });

  it('tells the class of the cache from the number of tokens', async () => {
    const { rows } = await openAi(csv(usage(10, 10_000, 1000, 1000)));
    expect(told(rows)).toEqual(['23 input 6000 9000 cache class', '23 cache read 4000 1000 cache class']);
  });

  it('reads the answers of the API, in pages', async () => {
    const bucket = (day: number, result: object) => ({
      object: 'bucket',
      start_time: START + day * 86_400,
      end_time: START + (day + 1) * 86_400,
      results: [{ object: 'organization.usage.completions.result', model: 'gpt-4o-2024-08-06', ...result }],
    });
    const one = { input_tokens: 1000, output_tokens: 100, input_cached_tokens: 400, num_model_requests: 1 };
    const ten = { input_tokens: 10_000, output_tokens: 1000, input_cached_tokens: 4000, num_model_requests: 10 };
    const pages = [
      { object: 'page', data: [bucket(-1, one), bucket(0, ten)], has_more: true },
      { object: 'page', data: [bucket(1, one), { ...bucket(2, one), results: [] }], has_more: false },
    ];
    expect((await openAi(JSON.stringify(pages))).data).toMatchObject({ differences: 0, sums: 12 });
  });
});

describe('the costs of OpenAI', () => {
  const costs = (...items: (readonly [item: string, usd: string, currency?: string])[]): string =>
    `start_time;amount_value;amount_currency;line_item\n${items
      .map(([item, usd, currency = 'usd']) => `${START};${usd};${currency};"${item}"\n`)
      .join('')}`;
  const only = ['--from', '2026-11-23', '--to', '2026-11-23'];

  it('are added up over the parts of a model', async () => {
    const same = costs(
      ['gpt-4o-2024-08-06, input', '3'],
      ['gpt-4o-2024-08-06, cached input', '1'],
      ['gpt-4o-2024-08-06, output', '1.0'],
    );
    const { code, rows } = await openAi(same, ...only, '--all');
    expect(told(rows)).toEqual(['23 cost (USD) 5 5 same']);
    expect(code).toBe(0);
  });

  it.each([
    ['half the price', '2.5', 'tier'],
    ['a lower price', '4', 'price date'],
    ['a higher sum, of a day that the log begins in', '8', 'log is cut'],
  ])('%s has a reason', async (_, usd, reason) => {
    const { code, rows } = await openAi(costs(['gpt-4o-2024-08-06, input', usd]), ...only);
    expect(rows.map((row) => row.reason?.class)).toEqual([reason]);
    expect(code).toBe(1);
  });

  it('name charges of no call, rows in another currency and rows that are no numbers', async () => {
    const odd = costs(
      ['gpt-4o-2024-08-06, input', '5'],
      ['assistants api | file search', '2'],
      ['gpt-4o-2024-08-06, output', '5', 'eur'],
      ['x, input', 'much'],
    );
    const { code, rows, data } = await openAi(`${odd}when;3;usd;"y, input"\n`, ...only);
    expect(told(rows)).toEqual(['23 cost (USD) undefined 2 other charge']);
    expect(data['left']).toEqual([
      { rows: 'usage.csv: rows in another currency than US dollars', count: 1 },
      { rows: 'usage.csv: rows without a number', count: 1 },
      { rows: 'usage.csv: rows without a day', count: 1 },
    ]);
    expect(code).toBe(1);
  });
});

describe('the bill of Anthropic', () => {
  const claude = lines(
    ...[0, 4, 8, 14.6].map((hour, number) =>
      call(number, hour, {
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.cache_read.input_tokens': 300,
        'gen_ai.usage.cache_write.input_tokens': 200,
        'spanline.usage.cache_write_1h_tokens': 200,
        ...(number === 3 ? { 'spanline.cost.reason': 'incomplete_usage', 'spanline.cost.exact': false } : {}),
      }),
    ),
  );
  const ask = async (name: string, content: string, source = claude) => {
    const { stdout, code } = await cli(['reconcile', 'c.ndjson', '--anthropic', name, '--all', '--json'], {
      cwd: folderWith({ 'c.ndjson': source, [name]: content }),
    });
    return { code, rows: (JSON.parse(stdout) as { rows: Row[] }).rows };
  };

  it('has usage by time to live, and cents', async () => {
    const usageReport = {
      data: [
        {
          starting_at: '2026-11-23T00:00:00Z',
          ending_at: '2026-11-24T00:00:00Z',
          results: [
            {
              uncached_input_tokens: 2000,
              cache_read_input_tokens: 1200,
              cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 800 },
              output_tokens: 520,
              server_tool_use: { web_search_requests: 0 },
              model: 'claude-sonnet-4-5-20250929',
              service_tier: 'standard',
            },
          ],
        },
      ],
    };
    const { rows } = await ask('usage.json', JSON.stringify(usageReport));
    expect(told(rows)).toEqual([
      '23 input 2000 2000 same',
      '23 cache read 1200 1200 same',
      '23 cache write 1h 800 800 same',
      '23 output 400 520 no usage',
    ]);
    const cents = {
      currency: 'USD',
      amount: '200.00',
      model: 'claude-sonnet-4-5-20250929',
      token_type: 'output_tokens',
      service_tier: 'standard',
    };
    const cost = { data: [{ starting_at: '2026-11-23T00:00:00Z', results: [cents] }] };
    expect(told((await ask('cost.json', JSON.stringify(cost))).rows)).toEqual(['23 cost (USD) 2 2 same']);
  });

  it('has dollars in the export, and a tier', async () => {
    const exported = `usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd\n2026-11-23,Claude Sonnet 4.5,Default,"a ""key"", 1",batch,≤ 200k,input_no_cache,0.4\n2026-11-23,Claude Sonnet 4.5,Default,,batch,≤ 200k,output,"0.6"\n`;
    const { code, rows } = await ask('cost.csv', exported);
    expect(told(rows)).toEqual(['23 cost (USD) 2 1 tier']);
    expect(rows[0]?.reason?.text).toContain('batch');
    expect(code).toBe(1);
  });
});

describe('the report of Bedrock', () => {
  const MODEL = 'us.amazon.nova-lite-v1:0';
  const nova = lines(
    ...[0, 14.6].map((hour, number) =>
      call(number, hour, {
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.response.model': MODEL,
        'gen_ai.usage.cache_read.input_tokens': 0,
        'spanline.cost.usd': 0.1,
      }),
    ),
  );
  const row = (type: string, amount: number, cost: number, product = 'AmazonBedrock') => ({
    type,
    amount,
    cost,
    product,
  });
  const parquet = (rows: readonly ReturnType<typeof row>[]): Uint8Array =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          {
            name: 'line_item_usage_start_date',
            data: rows.map(() => new Date('2026-11-23T05:00:00Z')),
            type: 'TIMESTAMP',
          },
          { name: 'line_item_usage_type', data: rows.map(({ type }) => type), type: 'STRING' },
          { name: 'line_item_usage_amount', data: rows.map(({ amount }) => amount), type: 'DOUBLE' },
          { name: 'line_item_unblended_cost', data: rows.map(({ cost }) => cost), type: 'DOUBLE' },
          { name: 'line_item_currency_code', data: rows.map(() => 'USD'), type: 'STRING' },
          { name: 'line_item_product_code', data: rows.map(({ product }) => product), type: 'STRING' },
          {
            name: 'line_item_line_item_type',
            data: rows.map(({ type }) => (type === '' ? 'Tax' : 'Usage')),
            type: 'STRING',
          },
          { name: 'pricing_unit', data: rows.map(() => '1K tokens'), type: 'STRING' },
        ],
      }),
    );
  const rows = [
    row('USE1-Nova-Lite-input-tokens', 2, 0.15),
    row('USE1-Nova-Lite-output-tokens', 0.2, 0.05),
    row('', 0, 0.03),
    row('USE1-BoxUsage:t3.micro', 24, 9, 'AmazonEC2'),
  ];
  const ask = (content: Uint8Array | string, name = 'cur.parquet') => {
    const cwd = folderWith({ 'b.ndjson': nova });
    writeFileSync(join(cwd, name), content);
    return cli(['reconcile', 'b.ndjson', '--bedrock', name, '--all', '--json'], { cwd });
  };

  it('is read from Parquet, without other services', async () => {
    const { stdout } = await ask(parquet(rows));
    expect(told((JSON.parse(stdout) as { rows: Row[] }).rows)).toEqual([
      '23 input 2000 2000 same',
      '23 output 200 200 same',
      '23 cost (USD) 0.2 0.2 same',
      '23 cost (USD) undefined 0.03 other charge',
    ]);
  });

  it('is read from the form before, as CSV', async () => {
    const text = `lineItem/UsageStartDate,lineItem/UsageType,lineItem/UnblendedCost,lineItem/ProductCode\n2026-11-23T05:00:00Z,USE1-Nova-Lite-input-tokens,0.2,AmazonBedrock\n`;
    const { stdout, code } = await ask(text, 'cur.csv');
    expect(told((JSON.parse(stdout) as { rows: Row[] }).rows)).toEqual(['23 cost (USD) 0.2 0.2 same']);
    expect(code).toBe(0);
  });

  it('that is cut off ends the command with 2', async () => {
    const { code, stderr, stdout } = await ask(parquet(rows).slice(0, -40));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('cur.parquet cannot be read to its end');
  });
});

describe('hostile bills', () => {
  it.each([
    ['nothing', '', 64],
    ['no table', 'hello\nworld\n', 1],
    ['JSON that is cut', '{"data":[{"start', 2],
    ['a quote that never ends', `${HEAD}\n"1,2,3`, 2],
    ['a gzip that is cut', gzipSync('a'.repeat(1000)).subarray(0, 20), 2],
    ['JSON of another kind', '[1,null,"x",{"data":7},{"results":[3]}]', 1],
  ])('%s: no crash, no silent pass', async (_, content, expected) => {
    const { code, stderr } = await openAi(content);
    expect(code, stderr).toBe(expected);
  });

  it('print no escape sequence, and no name of a prototype is a column', async () => {
    const cwd = folderWith({ 'app.ndjson': log, 'u.csv': csv(usage(1, 5, 5, 0, '\u001b[31m__proto__\u202e')) });
    const { stdout, code } = await cli(['reconcile', 'app.ndjson', '--openai', 'u.csv'], { cwd });
    expect(code).toBe(1);
    for (const active of ['\u001b', '\u202e']) expect(stdout).not.toContain(active);
  });

  it('wrong usage ends with 64', async () => {
    expect((await reconcile({}, [])).code).toBe(64);
    expect((await reconcile({}, ['--openai', 'none.csv'])).code).toBe(64);
    expect((await openAi(csv(), '--tolerance', 'much')).code).toBe(64);
  });
});
