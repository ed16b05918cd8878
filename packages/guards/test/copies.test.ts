/** Two installed copies of the package: guards and errors of the one are those of the other. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import type * as guards from '@spanline/guards';
import * as first from '@spanline/guards';
import { type Installation, installAgain } from '../../../test/support/second-installation.ts';

let all: Installation;
beforeAll(() => {
  all = installAgain('guards', 'instrumentation', 'core', 'record');
});
afterAll(() => all.remove());

it('a guard of one copy works in the other, and its verdict is written once', async () => {
  const second = await all.load<typeof guards>('guards');
  for (const [makes, uses] of [
    [first, second],
    [second, first],
  ] as const) {
    const log = memoryLog();
    const guard = makes.blockOutput({ rules: makes.literals({ texts: ['secret'] }), failMode: 'closed' });
    const checks = uses.createGuards({ guards: [guard], tracer: createTracer({ logger: log.logger }) });
    const error = await checks.checkOutput('a secret').catch((thrown: unknown) => thrown);
    expect(makes.isGuardError(error) && error.rule).toBe('literals');
    expect(await checks.checkOutput('nothing')).toBe('nothing');
    expect(log.records().map((record) => record['spanline.guardrail.action'])).toEqual(['block', 'pass']);
  }
});
