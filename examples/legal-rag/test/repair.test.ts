/** The alert becomes a test that fails until the search is limited. */
import { expect, it } from 'vitest';
import { repair } from '../src/repair.ts';

it('goes from the alert to a test that is red, and green after the repair', async () => {
  const [alert, explained, made, red, green] = await repair();
  expect(alert?.output).toContain('Step Latency: latency_p95_ms of rerank');
  expect(explained?.output).toContain('search: more than 30 documents\n13 of 13 slow traces');
  expect(made?.output).toMatch(/^written {2}rerank-timeout\.test\.ts\nwritten {2}rerank-timeout\.ndjson\n/);
  expect(red?.isGreen).toBe(false);
  expect(red?.output).toContain('reranker rerank: TimeoutError: the reranker has not answered in 22 s');
  expect(red?.output).toContain('Tests  1 failed (1)');
  expect({ isGreen: green?.isGreen, output: green?.output }).toMatchObject({ isGreen: true });
  expect(green?.output).toContain('Tests  1 passed (1)');
});
