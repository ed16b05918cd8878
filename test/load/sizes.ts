import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createLogger, createTracer } from '@spanline/core';
import { createService } from './service.ts';

const MODES = ['metadata', 'hashed', 'redacted', 'full'] as const;

/** What one request writes, on average. */
export interface Size {
  readonly capture: (typeof MODES)[number];
  readonly to: 'standard output' | 'file';
  readonly lines: number;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Requests to a service in this process, one after the other. @returns the text of its log */
export async function textOf(capture: Size['capture'], to: Size['to'], requests: number): Promise<Buffer> {
  const dir = mkdtempSync(join(tmpdir(), 'spanline-sizes-'));
  const file = join(dir, 'app.log');
  let text = '';
  // A stream of which nothing is known has the limits of the standard output.
  const destination = to === 'file' ? file : { write: (line: string) => (text += line) };
  const tracer = createTracer({
    logger: createLogger({ pretty: false }, destination),
    service: { name: 'rag-api', version: '2.4.1', environment: 'production' },
    capture,
    hashKey: 'a key of thirty-two bytes, no less',
    statsIntervalSeconds: 0,
  });
  const server = createService(tracer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let number = 0; number < requests; number++) {
    await (await fetch(`http://127.0.0.1:${port}/ask/${number}`)).text();
  }
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await tracer.shutdown();
  const written = to === 'file' ? readFileSync(file) : Buffer.from(text);
  rmSync(dir, { recursive: true, force: true });
  return written;
}

/** The size of lines by capture mode and destination. */
export async function sizes(requests: number): Promise<Size[]> {
  const found: Size[] = [];
  for (const to of ['standard output', 'file'] as const) {
    for (const capture of MODES) {
      const text = await textOf(capture, to, requests);
      const lines = text.toString().split('\n').length - 1;
      found.push({
        capture,
        to,
        lines: lines / requests,
        bytes: text.length / requests,
        gzipBytes: gzipSync(text).length / requests,
      });
    }
  }
  return found;
}
