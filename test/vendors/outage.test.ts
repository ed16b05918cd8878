import { describe, expect, it } from 'vitest';
import { runOutage } from '../bench/outage/outage.ts';

const PLAN = { linesPerSecond: 50, goodSeconds: 1, badSeconds: 5, afterSeconds: 4 };

describe.concurrent('an outage of a target', () => {
  it.each([
    ['spanline to Elasticsearch', 'down'],
    ['spanline to Datadog', '429'],
  ] as const)('costs an application no line that ships with %s (%s), and it ends well', async (transport, outage) => {
    const { logged, lost, code } = await runOutage(transport, outage, PLAN);
    expect({ lost, code }).toEqual({ lost: 0, code: 0 });
    expect(logged).toBe(500);
  });

  it('costs an application lines that ships with pino-elasticsearch, so it is one', async () => {
    const { lost } = await runOutage('pino-elasticsearch', '429', PLAN);
    expect(lost).toBeGreaterThan(0);
  });
});
