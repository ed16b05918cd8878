/** The built page: three files, read once and sent from memory. There is no path from a request to the disk. */

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { SpanlineError } from '@spanline/record';
import { takesGzip } from './encoding.ts';

const TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'viewer.css': 'text/css; charset=utf-8',
  'viewer.js': 'text/javascript; charset=utf-8',
} as const;

type PageFile = keyof typeof TYPES;

const FOLDER = new URL('../../dist/page/', import.meta.url);

const isPageFile = (name: string): name is PageFile => Object.hasOwn(TYPES, name);

function read(name: PageFile): Buffer {
  try {
    return gzipSync(readFileSync(new URL(name, FOLDER)), { level: 9 });
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_VIEWER_PAGE',
      problem: `the page of the viewer is not built (${name})`,
      cause,
    });
  }
}

/** Sends the file of a path. @returns false if there is none */
export type SendPage = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** @throws SpanlineError `ERR_VIEWER_PAGE` if the page is not built */
export function readPage(): SendPage {
  const files = new Map(
    Object.keys(TYPES)
      .filter(isPageFile)
      .map((name) => [name, read(name)]),
  );
  return (path, request, response) => {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const body = isPageFile(name) ? files.get(name) : undefined;
    if (!isPageFile(name) || body === undefined) return false;
    const isPacked = takesGzip(request);
    const sent = isPacked ? body : gunzipSync(body);
    response.writeHead(200, {
      'content-type': TYPES[name],
      ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
      vary: 'accept-encoding',
      'content-length': sent.length,
    });
    response.end(request.method === 'HEAD' ? undefined : sent);
    return true;
  };
}
