/** Runs an operation of a client whose promises are plain ones (Google Gen AI, AWS) inside of a span. */

import type { SpanAttributes } from '@spanline/record';
import { beginCall, type BegunCall, type ClientTracing } from './begin-call.ts';
import type { ClientRequest } from './call.ts';
import type { OpenCall } from './open-call.ts';

/** An operation of a client. */
export interface Operation<T> {
  readonly request: ClientRequest;
  /** Calls the client's own method. */
  run(): Promise<T>;
  /** Facts that are known once the request was made. @defaultValue none */
  facts?(): SpanAttributes;
  /** Gets the answer before the client's caller, and reports its outcome to the call. */
  watch(answer: T, open: OpenCall): void;
}

/**
 * Runs an operation. The promise that it returns has the client's own answer or error. A call that `beforeCall` refuses
 * is rejected with its error.
 */
export function runOperation<T>(tracing: ClientTracing, { request, run, facts, watch }: Operation<T>): Promise<T> {
  let begun: BegunCall | undefined;
  try {
    begun = beginCall(tracing, request);
  } catch (error) {
    return Promise.resolve().then((): never => {
      throw error;
    });
  }
  if (begun === undefined) return run();
  const { open } = begun;
  const note = (): void => {
    if (facts !== undefined) open.note(facts());
  };
  const isWatched = (answer: T): true => {
    note();
    watch(answer, open);
    return true;
  };
  return open.run(run).then(
    (answer) => {
      if (tracing.guard(tracing.scope.name, () => isWatched(answer)) !== true) open.end();
      return answer;
    },
    (error: unknown) => {
      tracing.guard(tracing.scope.name, note);
      open.fail(error);
      throw error;
    },
  );
}
