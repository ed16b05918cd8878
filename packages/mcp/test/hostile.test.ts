/** Arguments that cannot be read: the call is what it is without us, and its line is valid. */

import { describe, expect, it } from 'vitest';
import { validate } from '@spanline/core';
import { HOSTILE } from '../../core/test/hostile-values.ts';
import { connected, memoryTracer } from './support/pair.ts';
import { SDK1, SDK2 } from './support/versions.ts';

describe.each([SDK1, SDK2])('a tool of $name', (version) => {
  it.each(HOSTILE)('called with %s leaves no span open, and each line valid', async (_name, value) => {
    const { log, tracer } = memoryTracer({ capture: 'full' });
    const client = await connected(version, tracer, log);
    const args = value as Record<string, unknown>;
    for (const given of [args, { a: value }])
      await Promise.allSettled([(async () => client.call('add', given, { timeout: 20 }))()]);
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(log.records().length).toBeGreaterThanOrEqual(2);
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  });
});
