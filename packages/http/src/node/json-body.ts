/** JSON bodies of Node's requests. */

import type { IncomingMessage } from 'node:http';
import { type JsonBody, readJson, TOO_LARGE } from '../feedback/json-body.ts';

const WAIT_MS = 10_000;

async function readText(req: IncomingMessage, maxBytes: number, waitMs: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const timer = setTimeout(() => req.destroy(), waitMs).unref();
  try {
    for await (const chunk of req as AsyncIterable<Uint8Array | string>) {
      const data = Buffer.from(chunk);
      bytes += data.byteLength;
      if (bytes <= maxBytes) chunks.push(data);
    }
  } finally {
    clearTimeout(timer);
  }
  return bytes > maxBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

/**
 * Reads the JSON body of a request, with or without a body parser before it. A body that is too large is read to its
 * end and dropped, so that the answer arrives. A client that sends too slowly is disconnected.
 *
 * @param waitMs - time for the body, in milliseconds
 * @throws if the client leaves or is disconnected
 */
export async function jsonBody(
  req: IncomingMessage & { body?: unknown },
  maxBytes: number,
  waitMs: number = WAIT_MS,
): Promise<JsonBody> {
  if (req.body !== undefined && req.readableEnded) return { value: req.body };
  if (req.readableEnded) return { fault: 'not JSON' };
  const text = await readText(req, maxBytes, waitMs);
  return text === undefined ? TOO_LARGE : readJson(text, maxBytes);
}
