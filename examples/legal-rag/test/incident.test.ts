import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { incident } from '../src/incident.ts';

/** The program that `npx spanline` runs. */
const SPANLINE = fileURLToPath(new URL('../../../node_modules/.bin/spanline', import.meta.url));

/** Runs differ only in trace ids and the folder of the log. */
function comparable(text: string, folder: string): string {
  const numbers = new Map<string, string>();
  return text.replaceAll(`${folder}/`, '').replaceAll(/[0-9a-f]{32}/g, (id) => {
    if (!numbers.has(id)) numbers.set(id, `trace-${numbers.size + 1}`);
    return numbers.get(id) ?? id;
  });
}

it('reports the incident while it lasts, with its cause, and its repair', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-legal-rag-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const told = await incident(join(folder, 'legal-rag.ndjson'));
  const text = comparable(told, folder);
  await expect(`${text}\n`).toMatchFileSnapshot('../incident.txt');
  expect(text).toMatch(
    /^10:\d\d:\d\d {2}Step Latency: latency_p95_ms of rerank is 12,\d{3} \(limit > 1,1\d\d, usually 39\d/m,
  );
  const [first] = text.split(/^10:\d\d:\d\d {2}/m).slice(1);
  expect(first).toMatch(/likely cause {2}rerank .* where more than 30 documents were retrieved, and 318 ms/);
  expect(text).toMatch(/^search: more than 30 documents\n13 of 13 slow traces \(100 %\), and 0 of 707 others\./m);
  expect(text).toMatch(/^11:\d\d:\d\d {2}Step Latency has recovered/m);

  const { stdout } = spawnSync(SPANLINE, ['doctor', 'legal-rag.ndjson', '--json'], { cwd: folder, encoding: 'utf8' });
  const { findings } = JSON.parse(stdout) as { findings: { name: string }[] };
  expect(findings.map(({ name }) => name)).toEqual(['no-request-ids']);

  const command = /open one {6}npx spanline (.*)/.exec(told)?.[1] ?? '';
  const shown = spawnSync(SPANLINE, command.split(' '), { cwd: folder, encoding: 'utf8' });
  expect(shown.stdout).toMatch(/TimeoutError: the reranker has not answered/);
});
