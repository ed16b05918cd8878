/** A process that makes model calls, several at once, until the budget that it shares refuses them. */

import { createTracer, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { budget, BudgetExceededError, fileBudgetStore } from '@spanline/monitor';

const [file = '', parallel = '1'] = process.argv.slice(2);
const COST = 0.1;
const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
const ask = budget({ tracer, perDayUsd: 3, perUserUsd: 2, onExceeded: 'throw', store: fileBudgetStore(file) });
let calls = 0;

async function call(): Promise<void> {
  ask();
  const span = tracer.startSpan({ name: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': COST } });
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  span.end();
  calls++;
}

async function work(): Promise<string> {
  try {
    for (;;) await withContext({ userId: 'ada' }, call);
  } catch (error) {
    if (error instanceof BudgetExceededError) return error.scope;
    throw error;
  }
}

const scopes = await Promise.all(Array.from({ length: Number(parallel) }, work));
process.send?.({ usd: calls * COST, scopes, spentUsd: ask.spentUsd('ada') });
