/**
 * Responses over HTTP/2. Node gives them the members of those of HTTP/1, and two of these mean something else: a stream
 * that the client has cancelled was "finished" as well, and no body is chunked.
 */

import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { props, text } from '@spanline/instrumentation';
import { propertyOf } from './property-of.ts';

/** The stream of a response; `undefined` over HTTP/1. */
export function http2StreamOf(res: ServerResponse): ServerHttp2Stream | undefined {
  return propertyOf(res as { stream?: ServerHttp2Stream }, 'stream');
}

/** True for a stream that was closed after the whole response. */
export function isStreamWhole({ aborted, rstCode }: ServerHttp2Stream): boolean {
  return !aborted && (rstCode ?? 0) === 0;
}

/** Errors of a connection, and those that Node makes of what the other end says. */
const FROM_OUTSIDE = /^(?:ERR_HTTP2_|ECONN|EPIPE)/;

/** The error that this server has closed a stream with. */
export function streamError({ errored }: ServerHttp2Stream): unknown {
  return FROM_OUTSIDE.test(text(props(errored)['code']) ?? '') ? undefined : (errored ?? undefined);
}

/** True for a response that comes in pieces, as far as its head says so. */
export function isEventStream(res: ServerResponse): boolean {
  return String(res.getHeader('content-type')).startsWith('text/event-stream');
}
