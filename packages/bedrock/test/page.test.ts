/** The tree and the line on the pages of Amazon's client are those that a program prints. */

import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { it } from 'vitest';
import { wrapBedrock } from '@spanline/bedrock';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';

const PAGES = ['packages/bedrock/README.md', 'docs/clients.md'] as const;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

it('a program prints the tree and the line of the pages', async () => {
  const output = { message: { role: 'assistant', content: [{ text: 'Hello!' }] } };
  const usage = { inputTokens: 2, outputTokens: 2, totalTokens: 4 };
  wire.answer(() => json({ output, stopReason: 'end_turn', usage, metrics: { latencyMs: 5 } }));
  const client = new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint: wire.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    // Its usual handler speaks HTTP/2 only.
    requestHandler: new NodeHttpHandler(),
  });
  const bedrock = wrapBedrock(client, { tracer });
  const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
  await tracer.withSpan({ name: 'greet', type: 'chain' }, async () =>
    bedrock.send(new ConverseCommand({ modelId: 'amazon.nova-lite-v1:0', messages })),
  );
  expectTree(PAGES, log.records());
  expectLine(PAGES, log.records());
});
