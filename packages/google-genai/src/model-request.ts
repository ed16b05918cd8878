/** Requests as all readers get them. */

import type { SpanAttributes } from '@spanline/core';
import type { Props } from '@spanline/instrumentation';

/** A request to one method of one model. */
export interface ModelRequest {
  /** `gemini-2.5-flash`; of a tuned model or an endpoint the whole name. */
  readonly model: string;
  readonly method: string;
  readonly body: Props;
  /** `gen_ai.provider.name`, `server.address` and `server.port`. */
  readonly server: SpanAttributes;
}
