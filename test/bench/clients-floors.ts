/** Programs around a client as it is that do a part of what the wrapper does: what no design of ours can be cheaper than. */

import { openSync, writeSync } from 'node:fs';
import type OpenAI from 'openai';
import { destination, pino } from 'pino';
import { createTracer, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { answerFacts, requestFacts } from './facts.ts';
import type { BenchCase } from './harness.ts';

type Ask = (client: OpenAI) => () => Promise<void>;

/** A span by hand, with the facts that ours reads. Nothing of the client is read, and nothing is priced. */
export function spanByHand(client: OpenAI, ask: Ask, tracer: Tracer): BenchCase {
  const call = ask(client);
  const run = async (): Promise<void> => {
    const span = tracer.startSpan({
      name: 'chat gpt-4o-mini',
      type: 'llm',
      attributes: { ...requestFacts(), 'server.address': 'api.openai.com', 'server.port': 443 },
    });
    await tracer.run(span, call);
    span.set(answerFacts()).end();
  };
  return { name: 'span by hand', run };
}

/** The line of a wrapped call, as an object. */
async function recordOf(client: OpenAI, ask: Ask): Promise<object> {
  const log = memoryLog();
  await ask(wrapOpenAI(client, { tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0 }) }))();
  const [record] = log.lines();
  if (record === undefined) throw new Error('the wrapped call wrote no line');
  return record;
}

/**
 * The very record of a wrapped call, which is there before the call and is written after it: by a bare pino, and as
 * JSON with a write. Nothing is read, counted, priced or redacted.
 */
export async function readyRecords(createClient: () => OpenAI, ask: Ask): Promise<[pino: BenchCase, json: BenchCase]> {
  const record = await recordOf(createClient(), ask);
  const bare = pino({ base: null }, destination({ dest: '/dev/null', sync: true }));
  const file = openSync('/dev/null', 'w');
  const after = (name: string, write: () => void): BenchCase => {
    const call = ask(createClient());
    return { name, run: () => call().then(write) };
  };
  return [
    after('bare pino.info of the same record', () => bare.info(record)),
    after('JSON and a write', () => {
      writeSync(file, `${JSON.stringify({ ...record, time: Date.now() })}\n`);
    }),
  ];
}
