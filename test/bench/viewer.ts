import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './harness.ts';
import { writeSpans } from './query-lines.ts';
import { absolute, type Row } from './rows.ts';
import { type Browser, startBrowser, startViewerProcess, type ViewerProcess } from './viewer-browser.ts';
import { traceIdOf, viewerLine, writeLongMessage, writeTrace, writeTraces } from './viewer-lines.ts';
import {
  BARE_SCROLLER,
  listTimes,
  longestTask,
  paintTimes,
  scrollFrames,
  seenRows,
  until,
  watchNewest,
  watchTasks,
  watchTrace,
} from './viewer-page.ts';

/** `SPANLINE_BENCH_SPANS=50000` is a quick run. */
const SPANS = Number(process.env['SPANLINE_BENCH_SPANS'] ?? 1_000_000);
const TRACE_SPANS = 30_000;
const ROUNDS = 7;
const MESSAGE_CHARACTERS = 20_000_000;
/** Each of the filters, so often. */
const LIST_ROUNDS = 3;
const FRAMES = 300;
const LIVE_SECONDS = 15;
const LIVE_PER_SECOND = 1000;
/** Spans of a trace of the growing log. */
const LIVE_TRACE = 10;

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(0.95 * (values.length - 1))] ?? Number.NaN;

interface Bench {
  readonly folder: string;
  readonly page: Browser['page'];
}

/** Runs work with a viewer of a source. Without a folder of its own it has no index files of others. */
async function withViewer<T>(
  { folder }: Bench,
  source: string,
  work: (viewer: ViewerProcess) => Promise<T>,
): Promise<T> {
  const viewer = await startViewerProcess(source, join(folder, 'cache'));
  try {
    return await work(viewer);
  } finally {
    await viewer.stop();
  }
}

async function firstPaint(bench: Bench): Promise<Row> {
  const { folder, page } = bench;
  const file = join(folder, 'trace.ndjson');
  writeTrace(file, TRACE_SPANS);
  await watchTrace(page);
  return withViewer(bench, file, async ({ url }) => {
    await page.goto(url);
    const address = `${page.url().split('#')[0]}#/trace/${traceIdOf(0)}`;
    const samples = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto('about:blank');
      await page.goto(address);
      samples.push(await paintTimes(page));
    }
    const bareMs = median(samples.map((sample) => sample.bareMs));
    const measured = median(samples.map((sample) => sample.ownMs));
    const what = `first paint of ${TRACE_SPANS} spans, after their data`;
    return absolute(what, { limit: 50, unit: 'ms', measured }, `bare page of all rows: ${bareMs.toFixed(0)} ms`);
  });
}

/** Opens a span with a message of 20 MB, and shows more of it twice. */
async function longMessage(bench: Bench): Promise<Row> {
  const { folder, page } = bench;
  const file = join(folder, 'long.ndjson');
  writeLongMessage(file, MESSAGE_CHARACTERS);
  await watchTasks(page);
  return withViewer(bench, file, async ({ url }) => {
    await page.goto(url);
    const address = `${page.url().split('#')[0]}#/trace/${traceIdOf(0)}`;
    const samples: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto('about:blank');
      await page.goto(address);
      await page.waitForSelector('.span-row .name');
      const work = async (): Promise<void> => {
        await page.locator('.span-row:not(.axis)').first().click();
        for (const characters of [20_000, 100_000]) {
          await page.click('article.message >> text=Show more');
          await until(page, `document.querySelector('article.message .text').textContent.length >= ${characters}`);
        }
      };
      samples.push(await longestTask(page, work));
    }
    const what = `longest task while a message of ${MESSAGE_CHARACTERS / 1e6} MB opens`;
    return absolute(what, { limit: 50, unit: 'ms', measured: median(samples) }, 'tasks of 50 ms and less count as 0');
  });
}

async function scrolling(bench: Bench): Promise<Row> {
  const { folder, page } = bench;
  const file = join(folder, 'traces.ndjson');
  writeTraces(file, SPANS);
  return withViewer(bench, file, async ({ url }) => {
    const bare: number[] = [];
    const own: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto('about:blank');
      await page.setContent(BARE_SCROLLER);
      bare.push(p95(await scrollFrames(page, '#bare', FRAMES)));
      await page.goto(url);
      await until(page, `document.querySelector('#traces')?.getAttribute('aria-rowcount') === '${SPANS + 1}'`);
      own.push(p95(await scrollFrames(page, '#traces', FRAMES)));
    }
    const detail = `bare page: ${median(bare).toFixed(1)} ms`;
    return absolute(`scroll, ${SPANS} rows, p95 of a frame`, { limit: 20, unit: 'ms', measured: median(own) }, detail);
  });
}

/** Filters that no answer was kept for. */
const FILTERS = [
  'type:llm duration>2s',
  'status:error',
  'step:rerank duration>200ms',
  'model:gpt-4o-mini tokens>3000',
  'session:session-12',
  'request:req-000000000fff',
  'type:tool',
  '',
] as const;

async function listQueries(bench: Bench, file: string): Promise<Row> {
  const { page } = bench;
  return withViewer(bench, file, async ({ url }) => {
    await page.goto(url);
    await page.waitForSelector('#traces .row .name');
    await until(page, `!document.querySelector('.summary').textContent.includes('of the log read')`);
    const rows: number[] = [];
    const whole: number[] = [];
    for (let round = 0; round < LIST_ROUNDS; round++)
      for (const filter of FILTERS) {
        const [rowsMs, wholeMs] = await listTimes(page, filter, round);
        rows.push(rowsMs);
        whole.push(wholeMs);
      }
    const times = `median ${median(rows).toFixed(0)} ms; all traces: median ${median(whole).toFixed(0)} ms`;
    const what = `list query, ${SPANS} spans, index, p95`;
    return absolute(what, { limit: 150, unit: 'ms', measured: p95(rows) }, `${times}, p95 ${p95(whole).toFixed(0)} ms`);
  });
}

async function firstTrace(bench: Bench, file: string): Promise<Row> {
  const { folder, page } = bench;
  const small = join(folder, 'small.ndjson');
  writeTraces(small, 10);
  const firstRow = async (source: string): Promise<number> => {
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    await page.goto('about:blank');
    const began = performance.now();
    return withViewer(bench, source, async ({ url }) => {
      await page.goto(url);
      await page.waitForSelector('#traces .row .name');
      return performance.now() - began;
    });
  };
  const [own, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    bare.push(await firstRow(small));
    own.push(await firstRow(file));
  }
  const size = `${(statSync(file).size / 1e9).toFixed(2)} GB`;
  const detail = `from the start of the command, no index; a log of 10 lines: ${median(bare).toFixed(0)} ms`;
  return absolute(`first trace of a log of ${size}`, { limit: 2000, unit: 'ms', measured: median(own) }, detail);
}

/** Appends spans at a steady rate. @returns when each trace was written */
async function grow(file: string, from: number): Promise<number[]> {
  const writtenMs: number[] = [];
  const everyMs = (LIVE_TRACE * 1000) / LIVE_PER_SECOND;
  const began = Date.now();
  for (let trace = 0; trace < (LIVE_SECONDS * LIVE_PER_SECOND) / LIVE_TRACE; trace++) {
    const waitMs = began + trace * everyMs - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    const root = (from + trace) * LIVE_TRACE;
    const lines = Array.from({ length: LIVE_TRACE }, (_, n) => {
      const span = root + LIVE_TRACE - 1 - n;
      const parent = span === root ? {} : { parent: root };
      return viewerLine({ trace: from + trace, span, ...parent, startMs: Date.now(), name: `request ${from + trace}` });
    });
    writtenMs.push(Date.now());
    appendFileSync(file, `${lines.join('\n')}\n`);
  }
  return writtenMs;
}

async function live(bench: Bench): Promise<Row[]> {
  const { folder, page } = bench;
  const file = join(folder, 'live.ndjson');
  writeFileSync(file, '');
  return withViewer(bench, file, async ({ url, cpuMs }) => {
    await page.goto(url);
    await page.waitForSelector('text=No traces');
    await grow(file, 1);
    await watchNewest(page);
    const cpuBefore = cpuMs();
    const began = performance.now();
    const written = await grow(file, 100_000);
    const share = (cpuMs() - cpuBefore) / (performance.now() - began);
    await until(page, `window.seen.at(-1)?.[0] >= ${100_000 + written.length - 1}`);
    const seen = await seenRows(page);
    const late = written.map(
      (ms, trace) => (seen.find(([number]) => number >= 100_000 + trace)?.[1] ?? Number.NaN) - ms,
    );
    const rate = `${LIVE_PER_SECOND} spans a second for ${2 * LIVE_SECONDS} s`;
    return [
      absolute(
        'line written → row visible, p95',
        { limit: 300, unit: 'ms', measured: p95(late) },
        `${rate}; median ${median(late).toFixed(0)} ms`,
      ),
      absolute('CPU of the viewer meanwhile, of a core', { limit: 10, unit: '%', measured: share * 100 }, rate),
    ];
  });
}

/** The viewer in a real browser: what a person waits for. */
export async function viewerRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-viewer-bench-'));
  const browser = await startBrowser();
  const bench: Bench = { folder, page: browser.page };
  const spans = join(folder, 'spans.ndjson');
  try {
    const rows = [await firstPaint(bench), await longMessage(bench), ...(await live(bench))];
    writeSpans(spans, SPANS);
    rows.push(await firstTrace(bench, spans), await listQueries(bench, spans));
    rmSync(spans);
    rows.push(await scrolling(bench));
    return rows;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
