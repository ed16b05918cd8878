import { describe, expect, it, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import * as first from '../src/index.ts';

vi.resetModules();
const second = (await import('../src/index.ts')) as typeof first;

const RULE = { name: 'Any', metric: 'requests', threshold: 1, comparison: 'gte' as const };

describe('two installed copies on one tracer', () => {
  it('are two copies', () => {
    expect(second.ChannelError).not.toBe(first.ChannelError);
  });

  it.each([
    ['one copy', first, second],
    ['the other', second, first],
  ])(
    'send each alert of a monitor of %s once, and accept a ChannelError of the other copy',
    async (_what, here, there) => {
      const log = memoryLog();
      const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
      const send = vi.fn<first.Channel['send']>(() => {
        throw new there.ChannelError('status 404', { isPermanent: true });
      });
      const monitor = here.createMonitor({ tracer, rules: [RULE], channels: { slack: { send } } });
      const handler = there.metricsHandler({ tracer, monitor });
      tracer.startSpan('ask').end();
      await monitor.close();
      handler.close();
      expect(send).toHaveBeenCalledTimes(1);
      expect(monitor.stats().channels).toEqual({ slack: { sent: 0, failed: 1, lost: 1 } });
      expect(log.raw().filter((line) => line.includes('"event.name":"alert"'))).toHaveLength(1);
    },
  );

  it('count what was spent once in each budget', () => {
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    const budgets = [first, second].map(({ budget }) => budget({ tracer, perDayUsd: 1, onExceeded: 'throw' }));
    tracer.startSpan({ name: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': 0.5 } }).end();
    expect(budgets.map((budget) => budget.spentUsd())).toEqual([0.5, 0.5]);
  });
});
