import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aiSdkRows } from './ai-sdk.ts';
import { captureRows } from './capture.ts';
import { clientRows } from './clients.ts';
import { coreRows } from './core.ts';
import { drainRows } from './drain.ts';
import { evalsRows } from './evals.ts';
import { evaluatorRows } from './evaluators.ts';
import { expressRows } from './express.ts';
import { guardRows } from './guard.ts';
import { langChainRows } from './langchain.ts';
import { lineRows } from './lines.ts';
import { llamaIndexRows } from './llamaindex.ts';
import { measureMachine } from './machine.ts';
import { monitorRows } from './monitor.ts';
import { PRESSURE, startNeighbour } from './neighbour.ts';
import { openAIAgentsRows } from './openai-agents.ts';
import { otelRows } from './otel.ts';
import { queryRows } from './query.ts';
import { type Condition, keepResults, readResults, type Run } from './results.ts';
import { type Row, printRows } from './rows.ts';
import { shipRows } from './ship.ts';
import { startUpRows } from './start-up.ts';
import { tables } from './table.ts';
import { viewerRows } from './viewer.ts';
import { wireRows } from './wire.ts';

const SUITES: Readonly<Record<string, () => Promise<Row[]>>> = {
  core: coreRows,
  capture: captureRows,
  lines: lineRows,
  express: expressRows,
  clients: clientRows,
  'ai-sdk': aiSdkRows,
  'openai-agents': openAIAgentsRows,
  otel: otelRows,
  guard: guardRows,
  langchain: langChainRows,
  llamaindex: llamaIndexRows,
  ship: shipRows,
  drain: drainRows,
  monitor: monitorRows,
  evals: evalsRows,
  evaluators: evaluatorRows,
  'start-up': startUpRows,
  query: queryRows,
  viewer: viewerRows,
  wire: wireRows,
};
/** Suites of other than spans: of files, servers, a browser. A neighbour changes little in them, and they take long. */
const BESIDE_SPANS: ReadonlySet<string> = new Set(['ship', 'drain', 'monitor', 'evals', 'start-up', 'query', 'viewer']);

/** Names the suite that a process is for, its condition, and the file that it writes its rows to. */
const APART = 'SPANLINE_BENCH_SUITE';
const CONDITION = 'SPANLINE_BENCH_CONDITION';
const ROWS = 'SPANLINE_BENCH_ROWS';

/** Runs one suite in a process of its own: what V8 has seen of one suite's objects slows down the next. */
function measureApart(name: string, condition: Condition, file: string): readonly Row[] {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url)], {
    env: { ...process.env, [APART]: name, [CONDITION]: condition, [ROWS]: file },
    stdio: 'inherit',
  });
  console.log(`  ${name}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  if (status !== 0) throw new Error(`the suite ${name} failed`);
  return JSON.parse(readFileSync(file, 'utf8')) as Row[];
}

async function measureAll(names: readonly string[], condition: Condition): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
  const neighbour = condition === 'busy' ? await startNeighbour() : undefined;
  try {
    const machine = measureMachine();
    const { cpus, model, stepNs, accessNs } = machine;
    console.log(
      `Node ${process.version}, ${cpus} × ${model}; ${stepNs.toFixed(2)} ns a step, ${accessNs.toFixed(1)} ns an access to memory; CPU time, medians of interleaved repetitions${neighbour === undefined ? '' : `\nNeighbour: ${PRESSURE}; limits × 1.3`}\n`,
    );
    const rows = names.flatMap((name) => measureApart(name, condition, join(folder, 'rows.json')));
    const pressure = neighbour === undefined ? {} : { pressure: PRESSURE };
    const run: Run = { node: process.version, measuredAt: new Date().toISOString(), machine, ...pressure, rows };
    keepResults(condition, run);
  } finally {
    neighbour?.stop();
    rmSync(folder, { recursive: true });
  }
  console.log('\nWritten to bench-results.json. The table reports; it does not gate.');
}

async function main(): Promise<void> {
  const { [APART]: apart = '', [CONDITION]: condition, [ROWS]: file = '' } = process.env;
  const suite = SUITES[apart];
  if (suite !== undefined) {
    const rows = await suite();
    printRows(rows, condition === 'busy');
    return file === '' ? undefined : writeFileSync(file, JSON.stringify(rows));
  }
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { busy: { type: 'boolean', default: false }, table: { type: 'boolean', default: false } },
  });
  if (values.table) return console.log(tables(readResults()).join('\n'));
  const unknown = positionals.filter((name) => SUITES[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}`);
  const all = Object.keys(SUITES).filter((name) => !values.busy || !BESIDE_SPANS.has(name));
  await measureAll(positionals.length === 0 ? all : positionals, values.busy ? 'busy' : 'quiet');
}

await main();
