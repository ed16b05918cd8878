/** The part of a server that is the framework's own. */

import type { InstrumentationScope } from '@spanline/core';
import type { Exchange } from '../exchange/exchange.ts';
import type { RequestState } from '../exchange/request-state.ts';
import type { RequestReader } from '../request/reader.ts';
import type { Ending } from '../response/ending.ts';

/**
 * An adapter: reads requests of one framework, and watches them.
 *
 * @typeParam Req - the request of the framework, as the functions in the options get it
 * @typeParam Res - its response, likewise
 */
export interface Adapter<Req, Res> extends RequestReader<Req, Res> {
  /** Scope of the spans. */
  readonly scope: InstrumentationScope;
  /** Names of options that the framework adds to those of the application. @defaultValue none */
  readonly frameworkOptions?: readonly string[];
  /** Listens for the close of a response. Called before the request has its span. */
  listen(req: Req, res: Res): void;
  /** Watches the request and its response, which has its span from here on. */
  watch(req: Req, res: Res, state: RequestState): void;
  /** Sets a header of the response. */
  setHeader(res: Res, name: string, value: string): void;
  /** Reads the end of a response that has closed. */
  ending(req: Req, res: Res, exchange: Exchange): Ending;
}
