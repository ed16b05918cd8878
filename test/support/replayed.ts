/** Runs a program on lines, as a test of `spanline make-test` does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { runTrace, type TraceProgram } from '@spanline/replay';

/**
 * Expects that the program asks nothing that was not recorded, and takes the same steps to the same answer.
 *
 * @param comparable - makes both answers comparable
 */
export async function expectReplay(
  lines: readonly object[],
  program: TraceProgram,
  comparable: (answer: unknown) => unknown = (answer) => answer,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-replayed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'trace.ndjson');
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const run = await runTrace(file, program);
  expect({ misses: run.misses, failures: run.failures }).toEqual({ misses: [], failures: [] });
  const { steps, toolCalls, answer } = run.recorded;
  expect({ steps: run.steps, toolCalls: run.toolCalls }).toEqual({ steps, toolCalls });
  expect(comparable(run.answer)).toEqual(comparable(answer));
  expect(steps).not.toBe('');
}
