import type { ServerResponse } from 'node:http';

/** Refuses a request with a sentence. */
export function refuse(response: ServerResponse, status: number, reason: string): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}
