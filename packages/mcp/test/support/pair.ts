/** A client and a server of one process, both traced. */

import { onTestFinished } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { type McpOptions, wrapMcp } from '@spanline/mcp';
import type { AnyClient, Sampler, Version } from './versions.ts';

/** Creates a tracer that writes to memory. */
export function memoryTracer(options: Parameters<typeof createTracer>[0] = {}): { log: MemoryLog; tracer: Tracer } {
  const log = memoryLog();
  const settings = { service: { name: 'test' }, statsIntervalSeconds: 0, ...options };
  return { log, tracer: createTracer({ logger: log.logger, ...settings }) };
}

/** Connects a traced client with a traced server, in memory, and forgets the handshake. */
export async function connected(
  version: Version,
  tracer: Tracer,
  log: MemoryLog,
  { sampler, ...options }: Omit<McpOptions, 'tracer'> & { sampler?: Sampler } = {},
): Promise<AnyClient> {
  const client = wrapMcp(version.client(sampler), { tracer, ...options });
  const server = wrapMcp(version.server(), { tracer, ...options });
  const [clientEnd, serverEnd] = version.memory();
  await server.connect(serverEnd);
  await client.connect(clientEnd);
  onTestFinished(() => client.close());
  log.clear();
  return client;
}
