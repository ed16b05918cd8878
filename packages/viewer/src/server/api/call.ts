/** A request to the API, and its parameters. */

import type { Query } from '@spanline/query';
import { SpanlineError } from '@spanline/record';
import { TRACE_ORDERS, type TraceOrder } from '../../contract/index.ts';
import type { Embed } from '../map/embed.ts';
import type { PageFilter } from '../page-filter.ts';
import type { Store } from '../store.ts';

/** Rows of one window of a list. */
export const MAX_WINDOW = 500;

/** A request to the API. */
export interface Call {
  readonly query: Query;
  readonly store: Store;
  readonly sources: readonly string[];
  readonly canAnnotate: boolean;
  /** Gives vectors for maps. `undefined`: words are counted. */
  readonly embed: Embed | undefined;
  readonly parameters: URLSearchParams;
  readonly signal: AbortSignal;
  /** Variable parts of the path. */
  readonly parts: readonly string[];
}

/** Answers a call: with JSON, or with {@link NOT_FOUND}. */
export type Answer = (call: Call) => unknown;

/** The answer to an id that no line has. */
export const NOT_FOUND = Symbol('not found');

/** Answers by path, after the prefix of the API. `*` is a variable part. */
export type Routes = readonly (readonly [path: string, answer: Answer])[];

export const pageFilter = (parameters: URLSearchParams): PageFilter => ({
  text: parameters.get('filter') ?? '',
  since: parameters.get('since') ?? undefined,
  from: parameters.get('from') ?? undefined,
  to: parameters.get('to') ?? undefined,
});

/** An integer, at most `most`. */
export function whole(parameters: URLSearchParams, name: string, fallback: number, most: number): number {
  const value = Number(parameters.get(name) ?? fallback);
  if (Number.isInteger(value) && value >= 0) return Math.min(value, most);
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected: 'an integer of 0 or more' });
}

/** A parameter that is one of some words; the first one by default. */
export function oneOf<Word extends string>(
  parameters: URLSearchParams,
  option: string,
  words: readonly [Word, ...Word[]],
): Word {
  const name = parameters.get(option) ?? words[0];
  const found = words.find((known) => known === name);
  if (found !== undefined) return found;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: `one of ${words.join(', ')}` });
}

export const orderOf = (parameters: URLSearchParams): TraceOrder => oneOf(parameters, 'order', TRACE_ORDERS);
