import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { captureRows } from './capture.ts';
import { clientRows } from './clients.ts';
import { coreRows } from './core.ts';
import { drainRows } from './drain.ts';
import { expressRows } from './express.ts';
import { langChainRows } from './langchain.ts';
import { llamaIndexRows } from './llamaindex.ts';
import { monitorRows } from './monitor.ts';
import { type Row, printRows } from './rows.ts';
import { shipRows } from './ship.ts';

const SUITES: Readonly<Record<string, () => Promise<Row[]>>> = {
  core: coreRows,
  capture: captureRows,
  express: expressRows,
  clients: clientRows,
  langchain: langChainRows,
  llamaindex: llamaIndexRows,
  ship: shipRows,
  drain: drainRows,
  monitor: monitorRows,
};
const FILE = fileURLToPath(new URL('../../bench-results.json', import.meta.url));

const wanted = process.argv.slice(2);
const rows: Row[] = [];
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}; CPU time, medians of interleaved repetitions\n`,
);
for (const [name, suite] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const found = await suite();
  printRows(found);
  rows.push(...found);
}
writeFileSync(
  FILE,
  `${JSON.stringify({ node: process.version, measuredAt: new Date().toISOString(), rows }, null, 2)}\n`,
);
console.log('\nWritten to bench-results.json. The table reports; it does not gate.');
