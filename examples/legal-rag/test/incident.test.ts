import { expect, it } from 'vitest';
import { incident } from '../src/incident.ts';

/** Trace ids are the only thing that differs from run to run. */
function comparable(text: string): string {
  const numbers = new Map<string, string>();
  return text.replaceAll(/[0-9a-f]{32}/g, (id) => {
    if (!numbers.has(id)) numbers.set(id, `trace-${numbers.size + 1}`);
    return numbers.get(id) ?? id;
  });
}

it('the incident is told while it lasts, with its cause, and ends with its repair', async () => {
  const text = comparable(await incident());
  await expect(`${text}\n`).toMatchFileSnapshot('../incident.txt');
  expect(text).toMatch(
    /^10:\d\d:\d\d {2}Step Latency: latency_p99_ms of rerank is 22,\d{3} \(limit > 1,1\d\d, usually 38\d/m,
  );
  expect(text).toMatch(/where more than 30 documents were retrieved, and 318 ms/);
  expect(text).toMatch(/^11:\d\d:\d\d {2}Step Latency has recovered/m);
});
