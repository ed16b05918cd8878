/** Logs of two users, and `spanline erase` in a folder of its own. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { cli, folderWith, type Outcome } from './cli.ts';

export const ADA = 'b1946ac92492d2347c6235b4d2611184';
export const BEN = '591785b794601e212b260e25925636fd';

export const request = (trace: number, user: string, session = `s-${trace}`): string =>
  lines(
    span(trace * 10 + 2, { trace_id: traceId(trace), parent_span_id: spanId(trace * 10 + 1), 'span.type': 'llm' }),
    { '@timestamp': '2026-11-23T09:00:00.000Z', level: 'info', message: 'asked', trace_id: traceId(trace) },
    span(trace * 10 + 1, { trace_id: traceId(trace), 'user.id': user, 'session.id': session }),
  );
/** Lines of others: text, bytes that are no UTF-8, carriage returns, a blank line, and half of a line at the end. */
export const ODD_START = Buffer.from(
  'listening on 3000\r\n\xff\xfe\x00 bytes\n\n{"level":30,"msg":"no id"}\r\n',
  'latin1',
);
export const ODD_END = Buffer.from('{"level":30,"msg":"half of a li');
export const bytes = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

export interface World {
  readonly cwd: string;
  readonly path: (name: string) => string;
  readonly erase: (...args: string[]) => Promise<Outcome>;
}

/** A folder `logs` with files, and the command in it. */
export function world(files: Readonly<Record<string, string | Buffer>>): World {
  const cwd = folderWith({});
  const path = (name: string): string => join(cwd, name);
  mkdirSync(path('logs'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path(`logs/${name}`), content);
  const env = { XDG_STATE_HOME: path('state') };
  return { cwd, path, erase: (...args) => cli(['erase', ...args], { cwd, env }) };
}
