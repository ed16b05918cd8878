/** An Express server with one route behind guards, and what it answers. */
import { once } from 'node:events';
import { get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import express from 'express';
import { afterEach, beforeEach, type MockInstance, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { detectors, type Guard, guardExpress, redactOutput } from '../src/index.ts';

export const MAIL = 'jane.doe@example.org';
export const OPEN = redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'open' });

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** Keeps the warnings of each test. */
export function useWarnings(take: (warnings: MockInstance<typeof process.emitWarning>) => void): void {
  beforeEach(() => {
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    take(warnings);
    return () => warnings.mockRestore();
  });
}

export type Route = (req: IncomingMessage, res: ServerResponse & express.Response) => unknown;

/** Serves one route behind guards. */
export async function serve(guards: Guard[], route: Route, more: { pieces?: string[]; maxHeld?: number } = {}) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger });
  const app = express().use(guardExpress({ guards, tracer, ...more }));
  app.all('/', (req, res) => void route(req, res as never));
  const listening = app.listen(0, '127.0.0.1');
  server = listening;
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  /** The response, with the bytes as they came. */
  const raw = async (options: object = {}) => {
    const [response] = (await once(get(url, options), 'response')) as [IncomingMessage];
    const body = await buffer(response);
    return { status: response.statusCode, headers: response.headers, trailers: response.trailers, body, response };
  };
  const failures = (): unknown[] => log.records().map((record) => record['spanline.guardrail.failure']);
  return { url, log, raw, failures, text: async () => (await raw()).body.toString() };
}
