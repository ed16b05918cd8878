/** The message of a span's line, for people. */

import { expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

it.each([
  [1e6, '1'],
  [325, '0.000325'],
  [0.6, '0.0000006'],
  [0.123_456, '0.000000123'],
])('says what a token at $%s a million costs without an exponent: $%s', (input, dollars) => {
  const log = memoryLog();
  const prices = { house: { input, output: 0 } };
  const tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, prices });
  tracer.withSpan({ name: 'chat house', type: 'llm' }, (span) => {
    span.set({ 'gen_ai.request.model': 'house', 'gen_ai.usage.input_tokens': 1 });
  });
  expect(log.records()[0]?.message).toMatch(
    new RegExp(`^chat house \\d+ ms 1→\\? tok \\$${dollars.replace('.', '\\.')}$`),
  );
});
