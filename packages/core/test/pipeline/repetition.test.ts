import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { repeatRatio } from '../../src/pipeline/repetition.ts';
import { memoryLog } from '../../src/testing.ts';

const prose = Array.from({ length: 300 }, (_, index) => `word${index}`).join(' ');

describe('how much an answer repeats itself', () => {
  it('is nothing for prose, nearly everything for a loop, and unknown for a short answer', () => {
    expect(repeatRatio(prose)).toBe(0);
    expect(repeatRatio('I am sorry, I can not do that. '.repeat(100))).toBeGreaterThan(0.95);
    expect(repeatRatio('yes yes yes')).toBeUndefined();
  });

  it('stands on the line also where the answer does not', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'metadata' });
    tracer.withSpan({ name: 'chat', type: 'llm' }, (span) => void span.output('again and again and '.repeat(100)));
    expect(log.records()[0]?.['spanline.llm.repeat_ratio']).toBeGreaterThan(0.9);
    expect(log.records()[0]).not.toHaveProperty(['gen_ai.output.messages']);
  });
});
