/** Answers as JSON, and faults in words. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { FilterError } from '@spanline/query';
import { SpanlineError } from '@spanline/record';
import type { ErrorAnswer } from '../../contract/index.ts';
import { takesGzip } from '../encoding.ts';

/** Answers larger than this are compressed. */
const SMALL = 4096;

export function send(request: IncomingMessage, response: ServerResponse, status: number, answer: unknown): void {
  if (response.destroyed) return;
  const body = Buffer.from(JSON.stringify(answer));
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const isSmall = body.length < SMALL || !takesGzip(request);
  if (isSmall || request.method === 'HEAD') {
    response.writeHead(status, { ...headers, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  gzip(body, { level: 1 }, (error, packed) => {
    response.writeHead(status, error === null ? { ...headers, 'content-encoding': 'gzip' } : headers);
    response.end(error === null ? packed : body);
  });
}

export function toErrorAnswer(error: unknown): { status: number; answer: ErrorAnswer } {
  if (error instanceof FilterError)
    return { status: 400, answer: { error: error.problem, position: error.at, ...suggestionOf(error) } };
  if (error instanceof SpanlineError && error.code === 'ERR_INVALID_OPTION')
    return { status: 400, answer: { error: error.message } };
  return { status: 500, answer: { error: error instanceof Error ? error.message : String(error) } };
}

function suggestionOf({ suggestion }: FilterError): { suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}
