/** The JSON API. Each path is one function of its parameters. */

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { errorGroups, FIELD_NAMES, FilterError, type Query, sessionsOf } from '@spanline/query';
import { props, SpanlineError, text } from '@spanline/record';
import {
  type AboutAnswer,
  API,
  type ErrorAnswer,
  TRACE_ORDERS,
  type TraceOrder,
  type TracesAnswer,
} from '../contract.ts';
import { failedOf, readAlerts, toCausesAnswer, toErrorsAnswer, toSessionsAnswer } from './answers/lists.ts';
import { toStatsAnswer } from './answers/stats.ts';
import { toTraceAnswer } from './answers/trace.ts';
import { type PageFilter, type Store, toFilter } from './store.ts';

/** Rows of one window of the list. */
const MAX_WINDOW = 500;
const MAX_BY = 4;
/** Answers larger than this are compressed. */
const SMALL = 4096;

interface Call {
  readonly query: Query;
  readonly store: Store;
  readonly sources: readonly string[];
  readonly parameters: URLSearchParams;
  readonly signal: AbortSignal;
  /** Variable parts of the path. */
  readonly parts: readonly string[];
}

type Answer = (call: Call) => unknown;

const NOT_FOUND = Symbol('not found');

const pageFilter = (parameters: URLSearchParams): PageFilter => ({
  text: parameters.get('filter') ?? '',
  since: parameters.get('since') ?? undefined,
  from: parameters.get('from') ?? undefined,
  to: parameters.get('to') ?? undefined,
});

function whole(parameters: URLSearchParams, name: string, fallback: number, most: number): number {
  const value = Number(parameters.get(name) ?? fallback);
  if (Number.isInteger(value) && value >= 0) return Math.min(value, most);
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected: 'an integer of 0 or more' });
}

function orderOf(parameters: URLSearchParams): TraceOrder {
  const name = parameters.get('order') ?? 'start';
  const order = TRACE_ORDERS.find((known) => known === name);
  if (order !== undefined) return order;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'order',
    expected: `one of ${TRACE_ORDERS.join(', ')}`,
  });
}

const VERSION = text(
  props(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))['version'],
);

const tracesAnswer: Answer = ({ store, parameters }): TracesAnswer => {
  const offset = whole(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const limit = whole(parameters, 'limit', 100, MAX_WINDOW);
  const { list, isStale } = store.list(pageFilter(parameters));
  return { ...list.window(orderOf(parameters), offset, limit), ...(isStale ? { isStale } : {}) };
};

const traceAnswer: Answer = async ({ store, parts: [id = ''] }) => {
  const trace = await store.trace(id);
  return trace === undefined ? NOT_FOUND : toTraceAnswer(trace);
};

const spanAnswer: Answer = async ({ store, parts: [id = '', span = ''] }) =>
  (await store.span(id, span))?.answer ?? NOT_FOUND;

const textAnswer: Answer = async ({ store, parameters, parts: [id = '', span = '', n = ''] }) => {
  const details = await store.span(id, span);
  const from = whole(parameters, 'from', 0, Number.MAX_SAFE_INTEGER);
  return details?.texts.piece(/^\d{1,6}$/.test(n) ? Number(n) : -1, from) ?? NOT_FOUND;
};

const statsAnswer: Answer = async ({ query, parameters, signal }) => {
  const by = (parameters.get('by') ?? 'step').split(',').slice(0, MAX_BY);
  return toStatsAnswer(await query.stats(toFilter(pageFilter(parameters)), { by, signal }));
};

const errorsAnswer: Answer = async ({ query, parameters, signal }) =>
  toErrorsAnswer(await errorGroups(query.records(failedOf(toFilter(pageFilter(parameters))), { signal })));

const sessionsAnswer: Answer = async ({ query, parameters, signal }) =>
  toSessionsAnswer(await sessionsOf(query.traces(toFilter(pageFilter(parameters)), { signal })));

const alertsAnswer: Answer = ({ query, parameters, signal }) =>
  readAlerts(query, toFilter(pageFilter(parameters)), { signal });

const causesAnswer: Answer = async ({ query, signal, parts: [id = ''] }) => {
  const question = await query.alert(id, { signal });
  return question === undefined ? NOT_FOUND : toCausesAnswer(await query.explain(question, '*', { signal }));
};

/** Paths after {@link API}. `*` is a variable part. */
const ROUTES: readonly (readonly [string, Answer])[] = [
  ['about', ({ sources }): AboutAnswer => ({ version: VERSION ?? '', sources, fields: FIELD_NAMES })],
  ['traces', tracesAnswer],
  ['trace/*', traceAnswer],
  ['trace/*/span/*', spanAnswer],
  ['trace/*/span/*/text/*', textAnswer],
  ['stats', statsAnswer],
  ['errors', errorsAnswer],
  ['sessions', sessionsAnswer],
  ['alerts', alertsAnswer],
  ['causes/*', causesAnswer],
];

function match(path: string): { answer: Answer; parts: string[] } | undefined {
  const words = path.split('/');
  for (const [pattern, answer] of ROUTES) {
    const names = pattern.split('/');
    if (names.length !== words.length || !names.every((name, at) => name === '*' || name === words[at])) continue;
    try {
      return { answer, parts: words.filter((_, at) => names[at] === '*').map(decodeURIComponent) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function send(request: IncomingMessage, response: ServerResponse, status: number, answer: unknown): void {
  if (response.destroyed) return;
  const body = Buffer.from(JSON.stringify(answer));
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const isSmall = body.length < SMALL || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
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

function toErrorAnswer(error: unknown): { status: number; answer: ErrorAnswer } {
  if (error instanceof FilterError)
    return { status: 400, answer: { error: error.problem, position: error.at, ...suggestionOf(error) } };
  if (error instanceof SpanlineError && error.code === 'ERR_INVALID_OPTION')
    return { status: 400, answer: { error: error.message } };
  return { status: 500, answer: { error: error instanceof Error ? error.message : String(error) } };
}

function suggestionOf({ suggestion }: FilterError): { suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}

/** Answers a request for a path below {@link API}. */
export type AnswerApi = (path: string, url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createApi(query: Query, store: Store, sources: readonly string[]): AnswerApi {
  return async (path, { searchParams: parameters }, request, response) => {
    const found = match(path.slice(API.length + 1));
    if (found === undefined) {
      send(request, response, 404, { error: `no path ${path}` });
      return;
    }
    const left = new AbortController();
    response.once('close', () => left.abort());
    try {
      const answer = await found.answer({ query, store, sources, parameters, signal: left.signal, parts: found.parts });
      if (answer === NOT_FOUND) send(request, response, 404, { error: 'no line has this id' });
      else send(request, response, 200, answer);
    } catch (error) {
      const { status, answer } = toErrorAnswer(error);
      send(request, response, status, answer);
    }
  };
}
