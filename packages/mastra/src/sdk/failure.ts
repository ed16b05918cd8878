/** Errors of Mastra's spans. A span keeps a copy of the error, not its object. */

import { type Guard, number, props, text } from '@spanline/instrumentation';
import type { MastraError, MastraSpan } from './objects.ts';

/** An error as `span.fail()` reads it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly status?: number;
}

function read(error: MastraError): Failure {
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

/** The failure of a span. One that cannot be read is a failure without a message. */
export function failureOf({ errorInfo }: MastraSpan, guard: Guard): Failure | undefined {
  if (errorInfo === undefined || errorInfo === null) return undefined;
  return guard('mastra error', () => read(errorInfo)) ?? { name: 'Error', message: '' };
}

/** The failure of a model call of which Mastra reports only that it failed. */
export const UNKNOWN_FAILURE: Failure = { name: 'ModelCallError', message: 'the model call failed' };
