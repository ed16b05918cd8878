/** Errors of Mastra's spans. A span keeps a copy of the error, not its object. */

import { number, props, text } from '@spanline/instrumentation';
import type { MastraError } from './objects.ts';

/** An error as `span.fail()` reads it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly status?: number;
}

/** The failure that an error tells. */
export function failureOf(error: MastraError): Failure {
  const { statusCode, status } = props(error.details);
  const known = number(statusCode) ?? number(status);
  const stack = text(error.stack);
  return {
    name: text(error.name) ?? 'Error',
    message: text(error.message) ?? '',
    ...(stack === undefined ? {} : { stack }),
    ...(known === undefined ? {} : { status: known }),
  };
}

/** The failure of a model call of which Mastra reports only that it failed. */
export const UNKNOWN_FAILURE: Failure = { name: 'ModelCallError', message: 'the model call failed' };
