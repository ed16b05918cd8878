/** Two installed copies of the package record a request once. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import type * as mcp from '@spanline/mcp';
import * as first from '@spanline/mcp';
import { type Installation, installAgain } from '../../../test/support/second-installation.ts';
import { memoryTracer } from './support/pair.ts';
import { SDK1, SDK2 } from './support/versions.ts';

let alone: Installation;
let all: Installation;

beforeAll(() => {
  alone = installAgain('mcp');
  all = installAgain('mcp', 'instrumentation', 'core', 'record');
});

afterAll(() => {
  alone.remove();
  all.remove();
});

describe.each([SDK1, SDK2])('two copies around $name', (version) => {
  it.each(['the package alone', 'everything below it'])('record a request once: %s', async (which) => {
    const second = await (which === 'the package alone' ? alone : all).load<typeof mcp>('mcp');
    for (const copies of [
      [first, second],
      [second, first],
    ]) {
      const { log, tracer } = memoryTracer();
      const [client, server] = [version.client(), version.server()];
      for (const { wrapMcp } of copies) for (const peer of [client, server]) wrapMcp(peer, { tracer });
      const [clientEnd, serverEnd] = version.memory();
      await server.connect(serverEnd);
      await client.connect(clientEnd);
      log.clear();
      await client.call('ask', { question: 'How tall?' });
      expect(tree(log.lines())).toBe(
        [
          'tool tools/call ask',
          '  tool tools/call ask',
          '    task sampling/createMessage',
          '      llm sampling/createMessage',
        ].join('\n'),
      );
      for (const { unwrapMcp } of copies) for (const peer of [client, server]) unwrapMcp(peer);
      log.clear();
      await client.call('add', { a: 1, b: 1 });
      expect(log.lines()).toEqual([]);
      await client.close();
    }
  });
});
