/** Scores of a reader: each is a score line of its own, appended to one file. The log itself is never written. */

import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { props, SCHEMA_VERSION, SpanlineError, type SpanRecord } from '@spanline/record';
import { refuse } from './refuse.ts';

/** Bytes of a request. */
const MAX_BYTES = 64 * 1024;
/** Characters of a name or label, and of a comment. */
const MAX_NAME = 200;
const MAX_COMMENT = 20_000;
/** Characters that a name has, so that it can be typed in a filter. */
const NAME = /^[\p{L}\p{N}_.\- ]+$/u;
const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;

function textIn(given: Readonly<Record<string, unknown>>, key: string, max: number): string | undefined {
  const value = given[key];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= max && value.isWellFormed()) return value;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: key, expected: `a text of at most ${max} characters` });
}

function idIn(given: Readonly<Record<string, unknown>>, key: string, pattern: RegExp): string | undefined {
  const value = textIn(given, key, 64);
  if (value === undefined || pattern.test(value)) return value;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: key, expected: 'an id in hexadecimal digits' });
}

/** The score line of a request. @throws SpanlineError `ERR_INVALID_OPTION` */
function toScore(body: unknown, eventId: string): SpanRecord {
  const given = props(body);
  const traceId = idIn(given, 'traceId', TRACE_ID);
  const spanId = idIn(given, 'spanId', SPAN_ID);
  const name = textIn(given, 'name', MAX_NAME);
  const label = textIn(given, 'label', MAX_NAME);
  const comment = textIn(given, 'comment', MAX_COMMENT);
  const { value } = given;
  if (traceId === undefined || name === undefined || !NAME.test(name))
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'annotation', expected: 'a traceId and a name' });
  if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value)))
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'value', expected: 'a number' });
  if (value === undefined && label === undefined && comment === undefined)
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'annotation',
      expected: 'a value, label or comment',
    });
  return {
    '@timestamp': new Date().toISOString(),
    level: 'info',
    message: `score ${name} ${label ?? value ?? ''}`.trimEnd(),
    'event.name': 'gen_ai.evaluation.result',
    'event.id': eventId,
    'spanline.schema': SCHEMA_VERSION,
    trace_id: traceId,
    ...(spanId === undefined ? {} : { span_id: spanId }),
    'gen_ai.evaluation.name': name,
    ...(value === undefined ? {} : { 'gen_ai.evaluation.score.value': value }),
    ...(label === undefined ? {} : { 'spanline.evaluation.label': label }),
    'spanline.evaluation.source': 'user',
    ...(comment === undefined ? {} : { 'gen_ai.evaluation.explanation': comment }),
  };
}

/** The body of a request; `undefined` if it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Answers `POST /api/v1/annotations`. */
export type Annotate = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * @param file - made if it is not there, for its owner alone
 * @throws SpanlineError `ERR_INVALID_OPTION` if it cannot be written
 */
export function createAnnotations(file: string): Annotate {
  try {
    appendFileSync(file, '', { mode: 0o600 });
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'annotate', expected: `a file to write (${code})` });
  }
  const run = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36);
  let count = 0;
  return async (request, response) => {
    try {
      const body = await bodyOf(request);
      if (body === undefined) {
        refuse(response, 413, 'the annotation is too long');
        return;
      }
      await appendFile(file, `${JSON.stringify(toScore(JSON.parse(body), `${run}-${++count}`))}\n`, { mode: 0o600 });
      response.writeHead(204);
      response.end();
    } catch (error) {
      const isWrong = error instanceof SyntaxError || error instanceof SpanlineError;
      refuse(response, isWrong ? 400 : 500, error instanceof Error ? error.message : String(error));
    }
  };
}
