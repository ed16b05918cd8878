import { expect, it } from 'vitest';
import { survive } from '../bench/outage/compare.ts';
import { workerOptions } from '../support/ship-worker.ts';

const PLAN = { good: 2, outage: 5, recovery: 5, perSecond: 50 };

it.concurrent.each(['spanline-elasticsearch', 'spanline-datadog'])(
  'an application that ships with %s loses no line in an outage of its target, and ends well',
  async (transport) => {
    const nodeOptions = ['--conditions', '@spanline/source', ...workerOptions];
    const { lines, stored, code } = await survive(transport, { ...PLAN, nodeOptions });
    expect({ stored, code }).toEqual({ stored: lines, code: 0 });
  },
  120_000,
);
