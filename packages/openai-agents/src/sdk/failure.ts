/** Errors of the SDK's spans. A span keeps their text, not their objects. */

import { props, text } from '@spanline/instrumentation';
import type { AgentsSpan } from './objects.ts';

/** An error as `span.fail()` reads it. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}

/** `MaxTurnsExceededError: Max turns (2) exceeded` */
const NAMED = /^(?<name>[A-Z]\w*): (?<message>.*)$/s;
/** Clients of the provider begin their messages with the status. */
const STATUS = /^(?<status>[45]\d\d) /;

/** The classes of OpenAI's client by status. Their errors all have the name `Error`. */
const CLASSES: ReadonlyMap<number, string> = new Map([
  [400, 'BadRequestError'],
  [401, 'AuthenticationError'],
  [403, 'PermissionDeniedError'],
  [404, 'NotFoundError'],
  [409, 'ConflictError'],
  [422, 'UnprocessableEntityError'],
  [429, 'RateLimitError'],
]);

function nameOf(type: string, status: number | undefined): string {
  if (status !== undefined) return status >= 500 ? 'InternalServerError' : (CLASSES.get(status) ?? 'APIError');
  // The SDK keeps the errors of tools from traces.
  return type === 'function' ? 'ToolCallError' : 'Error';
}

/** The failure of a span; `undefined` if it has none. */
export function failureOf({ error, spanData }: AgentsSpan): Failure | undefined {
  if (error === null) return undefined;
  const { error: detail, guardrail } = props(error.data);
  if (text(guardrail) !== undefined) {
    return { name: 'GuardrailTripwireTriggered', message: `${error.message}: ${text(guardrail)}` };
  }
  const said = text(detail) ?? error.message;
  const { name, message = said } = NAMED.exec(said)?.groups ?? {};
  const { status } = STATUS.exec(message)?.groups ?? {};
  const known = status === undefined ? undefined : Number(status);
  return {
    name: name === undefined || name === 'Error' ? nameOf(spanData.type, known) : name,
    message,
    ...(known === undefined ? {} : { status: known }),
  };
}
