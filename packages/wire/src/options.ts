/** The options of wire capture, and their checks. */

import { option, type Shape, TRACE_SHAPE, type TraceOptions } from '@spanline/instrumentation';
import { type ApiName, APIS } from './apis/index.ts';

/** Options of `wire`. */
export interface WireOptions extends TraceOptions {
  /**
   * Your own servers and their APIs; `false` for a server whose requests are never read. A host has its port
   * where that is not the usual one: `{ 'llm.internal:8080': 'openai' }`.
   *
   * @defaultValue none. The hosts of providers are known. Other servers are recognised by path and body
   */
  hosts?: Readonly<Record<string, ApiName | false>>;
  /**
   * Before 22.12, Node does not publish requests of `node:http` when they are made, and before 22.17 none of
   * `node:http2`. `true` replaces `write` and `end` of the former there, and `http2.connect`. `fetch` is never
   * replaced.
   *
   * @defaultValue `SPANLINE_WIRE_PATCH`, else false
   */
  patch?: boolean;
}

/** A URL would never match: requests are looked up by host. */
const HOST = option.like<string>(
  'a host without scheme and path, such as llm.internal:8080',
  (value) => typeof value === 'string' && /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(value),
);

export const WIRE_SHAPE: Shape<WireOptions> = {
  ...TRACE_SHAPE,
  hosts: option.dictionary(option.oneOf([...(Object.keys(APIS) as ApiName[]), false]), 'an object', HOST),
  patch: option.boolean(),
};
