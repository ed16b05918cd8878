/** `spanline reconcile`: the sums of a log beside the bills of its providers. */

import { allOf, parseFilter } from '@spanline/query';
import { fail } from '../fail.ts';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { readAnthropic } from './anthropic.ts';
import { readBedrock } from './bedrock.ts';
import type { BillProvider, BillRow, ReadRow, RowProblem } from './bill.ts';
import { type Cell, type CellTable, createCells } from './cells.ts';
import { addTokens, findBoundary, offsetOf, type QuarterTokens } from './day-boundary.ts';
import { type Difference, differencesOf } from './differences.ts';
import { readOpenAi } from './openai.ts';
import { addCall, type LogTimes } from './own-sums.ts';
import { readRows } from './rows.ts';

const HELP = `spanline reconcile --openai usage.csv --anthropic cost.csv --bedrock cur.parquet [source] [filter]

Adds up the calls of the lines by day (UTC), model and unit, and puts the bill of the provider beside each sum, with the
difference and its likely reason. A snapshot of a model (gpt-4o-2024-08-06) counts as the model.

  --openai file     usage or costs: an export of the usage page, or the JSON of /v1/organization/usage and /costs
  --anthropic file  usage or cost: an export of the console, or the JSON of usage_report/messages and cost_report
  --bedrock file    a Cost and Usage Report (CUR 2.0, or the form before): Parquet, CSV
                    Each may be given several times, and may be compressed (.gz).
  --tolerance n     differences up to this share are none (1%)
  --utc-offset o    the days of the bill begin at midnight of this offset, such as -08:00 (UTC)
  --all             also sums that agree
`;

const VENDORS: Readonly<Record<'openai' | 'anthropic' | 'bedrock', readonly [BillProvider, ReadRow]>> = {
  openai: ['openai', readOpenAi],
  anthropic: ['anthropic', readAnthropic],
  bedrock: ['aws.bedrock', readBedrock],
};
type Vendor = keyof typeof VENDORS;
const NAMES = Object.keys(VENDORS) as readonly Vendor[];

const CALLS = parseFilter('exists:cost OR exists:spanline.cost.reason');
const TOLERANCE = 0.01;
const DIGITS = 4;
const MAX_REASONS = 20;

/** Rows of bills that were not read, by file and problem. */
type Problems = Map<string, number>;

function toleranceOf(text: string | undefined): number {
  if (text === undefined) return TOLERANCE;
  const value = /^\d+(?:\.\d+)?%?$/.test(text) ? Number.parseFloat(text) / (text.endsWith('%') ? 100 : 1) : Number.NaN;
  return value < 1 ? value : fail('--tolerance', 'a share such as 1% or 0.01');
}

const PROBLEMS: Readonly<Record<RowProblem, string>> = {
  'no day': 'without a day',
  'no number': 'without a number',
  'other currency': 'in another currency than US dollars',
  'unknown row': 'that are neither usage nor cost',
};

/** The provider that has such rows. */
function otherVendor(row: BillRow, vendor: Vendor): Vendor | undefined {
  return NAMES.find((name) => {
    const entries = name === vendor ? [] : VENDORS[name][1](row, 0);
    return typeof entries !== 'string' && entries.length > 0;
  });
}

/** Where and how bills are read. */
interface Reading {
  readonly table: CellTable;
  readonly offsetMs: number;
  readonly stop: AbortSignal;
}

async function readBill(vendor: Vendor, path: string, { table, offsetMs, stop }: Reading): Promise<Problems> {
  const [provider, read] = VENDORS[vendor];
  const problems: Problems = new Map();
  let rows = 0;
  for await (const row of readRows(path, `--${vendor}`)) {
    stop.throwIfAborted();
    rows++;
    const entries = read(row, offsetMs);
    if (rows === 1 && typeof entries === 'string') {
      const other = otherVendor(row, vendor);
      if (other !== undefined)
        fail(`--${vendor}`, `a bill of ${vendor}; ${path} is one of ${other}: --${other} ${path}`);
    }
    if (typeof entries === 'string') {
      const key = `${path}: rows ${PROBLEMS[entries]}`;
      problems.set(key, (problems.get(key) ?? 0) + 1);
    } else for (const entry of entries) table.addBill(provider, entry);
  }
  if (rows === 0) problems.set(`${path}: files without rows`, 1);
  return problems;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The days that both sides have, for a comparison without any. */
function daysText(cells: readonly Cell[], { firstMs, lastMs, offsetMs }: LogTimes): string {
  const bill = cells.flatMap(({ day, bill: side }) => (side === undefined ? [] : [day])).toSorted();
  const span = (first: string, last: string): string => (first === last ? first : `${first} to ${last}`);
  const ours = Number.isFinite(firstMs)
    ? `are of ${span(dayOf(firstMs + offsetMs), dayOf(lastMs + offsetMs))}`
    : 'have no call of this provider';
  return `The lines ${ours}, the bill ${bill.length === 0 ? 'has no day' : `is of ${span(bill[0] ?? '', bill.at(-1) ?? '')}`}.`;
}

const sumText = (value: number | undefined, unit: Difference['unit']): string => {
  if (value === undefined) return '–';
  return unit === 'cost (USD)' ? `$${value.toFixed(DIGITS)}` : String(Math.round(value));
};

function differenceText({ difference, ours, unit }: Difference): string {
  const size = sumText(Math.abs(difference), unit);
  const share = ours === undefined || ours === 0 ? '' : ` (${cell.percent(Math.abs(difference / ours))})`;
  return `${difference < 0 ? '−' : '+'}${size}${share}`;
}

function tableOf(rows: readonly Difference[]): Block {
  const column = (head: string, read: (row: Difference) => string): FilledColumn => ({
    head,
    align: 'right',
    cells: rows.map((row) => ({ text: read(row), tone: row.isDifferent ? 'yellow' : 'plain' })),
  });
  return {
    kind: 'table',
    columns: [
      { head: 'day', cells: rows.map(({ day }) => day) },
      { head: 'model', isFlexible: true, cells: rows.map(({ model }) => model) },
      { head: 'unit', cells: rows.map(({ unit }) => unit) },
      column('lines', ({ ours, unit }) => sumText(ours, unit)),
      column('bill', ({ bill, unit }) => sumText(bill, unit)),
      column('difference', differenceText),
      { head: 'likely reason', cells: rows.map(({ reason }) => reason?.class ?? '') },
    ],
  };
}

/** Each reason once for a model, with its sentence. */
function reasonBlocks(rows: readonly Difference[]): Block[] {
  const facts = new Map<string, string>();
  for (const { reason, model, day } of rows) {
    if (reason !== undefined) facts.set(`${reason.class}, ${model} ${day}`, reason.text);
  }
  const shown = [...facts].slice(0, MAX_REASONS);
  return shown.length === 0
    ? []
    : [
        { kind: 'heading', text: 'Reasons' },
        { kind: 'facts', facts: shown },
      ];
}

/** Cells of the days of the log, and what the bill has of other days. */
function splitDays(cells: readonly Cell[], { firstMs, lastMs, offsetMs }: LogTimes) {
  const isInside = ({ day }: Cell): boolean => day >= dayOf(firstMs + offsetMs) && day <= dayOf(lastMs + offsetMs);
  const shared = Number.isFinite(firstMs) ? cells.filter(isInside) : [];
  // A bill of other days cannot be compared with them.
  const inside = shared.some(({ bill }) => bill !== undefined) ? shared : [];
  const outside = cells.filter((one) => !isInside(one));
  const outsideUsd = outside.reduce((sum, { bill }) => sum + (bill?.costUsd ?? 0), 0);
  return { inside, days: new Set(outside.map(({ day }) => day)).size, outsideUsd };
}

/** Runs `spanline reconcile`. */
export const reconcile = defineQuestion({
  name: 'reconcile',
  help: HELP,
  flags: {
    openai: 'texts',
    anthropic: 'texts',
    bedrock: 'texts',
    tolerance: 'text',
    'utc-offset': 'text',
    all: 'switch',
  },
  async answer({ query, filter, flags, read, io }): Promise<Report> {
    const tolerance = toleranceOf(flags.tolerance);
    const offsetMs = offsetOf(flags['utc-offset']);
    const given = NAMES.filter((name) => flags[name] !== undefined);
    if (given.length === 0) fail('--openai, --anthropic or --bedrock', 'followed by a bill');
    const table = createCells();
    const problems: Problems = new Map();
    for (const vendor of given)
      for (const path of flags[vendor] ?? [])
        for (const [key, count] of await readBill(vendor, path, { table, offsetMs, stop: io.stop }))
          problems.set(key, count);
    const wanted = new Set(given.map((name) => VENDORS[name][0]));
    const times: LogTimes = { firstMs: Infinity, lastMs: -Infinity, offsetMs };
    const quarters: QuarterTokens = new Map();
    let calls = 0;
    for await (const { kind, record } of query.records(allOf(filter, CALLS), read)) {
      if (kind !== 'span' || record['event.name'] === 'span.start') continue;
      const ms = addCall(record, wanted, table, times);
      if (ms === undefined) continue;
      calls++;
      addTokens(quarters, ms, (record['gen_ai.usage.input_tokens'] ?? 0) + (record['gen_ai.usage.output_tokens'] ?? 0));
    }
    const { inside, days, outsideUsd } = splitDays(table.cells(), times);
    const rows = inside.flatMap((one) => differencesOf(one, tolerance, times));
    const different = rows.filter(({ isDifferent }) => isDifferent);
    const shown = flags.all === true ? rows : different;
    const left = [...problems].map(([text, count]) => `${cell.count(count)} left out of ${text}.`);
    const boundary = offsetMs === 0 ? findBoundary(inside, quarters, tolerance) : undefined;
    const notes = [
      boundary === undefined
        ? ''
        : `The days of the bill seem to begin at another time than those of UTC: with --utc-offset ${boundary.offset} its sums of tokens differ by ${cell.percent(boundary.then)} instead of ${cell.percent(boundary.now)}.`,
      ...left,
      days === 0
        ? ''
        : `The bill has ${cell.amount(days, 'day')} without lines in the log ($${outsideUsd.toFixed(2)}): left out.`,
    ].filter((text) => text !== '');
    const first =
      rows.length === 0
        ? `Nothing to compare: the lines and the bill have no day in common. ${daysText(table.cells(), times)}`
        : `${cell.amount(calls, 'call')}. ${different.length} of ${cell.amount(rows.length, 'sum')} differ by more than ${cell.percent(tolerance)}.`;
    return {
      blocks: [
        { kind: 'text', text: first },
        ...(shown.length === 0 ? [] : [tableOf(shown)]),
        ...reasonBlocks(shown),
        ...notes.map((text): Block => ({ kind: 'text', text, tone: 'yellow' })),
      ],
      data: {
        tolerance,
        calls,
        sums: rows.length,
        differences: different.length,
        rows: shown,
        left: [...problems].map(([rows_, count]) => ({ rows: rows_, count })),
        ...(boundary === undefined ? {} : { boundary }),
        daysOutside: days,
        usdOutside: outsideUsd,
      },
      isOk: rows.length > 0 && different.length === 0 && problems.size === 0,
    };
  },
});
