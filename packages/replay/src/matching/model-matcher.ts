/** Finds the recorded answer of a request to a model. */
import { SpanlineError } from '@spanline/record';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import type { ModelRequest } from '../wire/model-request.ts';
import { describeMiss } from './describe-miss.ts';
import { type Comparison, differenceOf } from './difference.ts';

/** Finds answers. Each recorded call answers one request. */
export interface ModelMatcher {
  /**
   * Takes the recorded call of a request, the earliest of several. A request that is repeated gets its failure again:
   * clients try again.
   *
   * @throws SpanlineError `ERR_REPLAY_MISS` with the first difference, `ERR_REPLAY_CONTENT` for content that no line
   *   has
   */
  take(request: ModelRequest): RecordedModelCall;
  /** Calls that no request asked for. */
  unused(): readonly RecordedModelCall[];
}

const sentence = ({ name, spanId }: RecordedModelCall, reason: string): string => `${name} (span ${spanId}): ${reason}`;

/** @throws SpanlineError `ERR_REPLAY_CONTENT` if the answer is not whole */
function checkAnswer(call: RecordedModelCall): void {
  const fault = call.faults.find(({ side }) => side === 'output');
  if (fault !== undefined)
    throw new SpanlineError({ code: 'ERR_REPLAY_CONTENT', problem: sentence(call, fault.reason) });
  const status = call.record['span.status'];
  if (status === 'unfinished')
    throw new SpanlineError({
      code: 'ERR_REPLAY_CONTENT',
      problem: sentence(call, 'the end of its answer is on no line, because the process ended before'),
    });
  if (call.answers.length > 0 || status !== 'ok') return;
  throw new SpanlineError({ code: 'ERR_REPLAY_CONTENT', problem: sentence(call, 'its answer is on no line') });
}

/** Creates a matcher. */
export function createModelMatcher(calls: readonly RecordedModelCall[], comparison: Comparison): ModelMatcher {
  const used = new Set<RecordedModelCall>();

  function miss(request: ModelRequest): never {
    const near = calls
      .flatMap((call) => {
        const difference = call.messages === undefined ? undefined : differenceOf(call, request, comparison);
        return difference === undefined ? [] : [{ call, difference, isUsed: used.has(call) }];
      })
      .toSorted((a, b) => b.difference.same - a.difference.same);
    const repeated = calls.find(
      (call) => call.messages !== undefined && differenceOf(call, request, comparison) === undefined,
    );
    const faults = calls.flatMap((call) => call.faults.map(({ reason }) => sentence(call, reason)));
    const hidden = calls.find((call) => call.messages === undefined && !used.has(call));
    if (hidden !== undefined)
      throw new SpanlineError({
        code: 'ERR_REPLAY_CONTENT',
        problem: sentence(hidden, 'its input is on no line, so that no request can be matched'),
      });
    const problem =
      repeated === undefined
        ? describeMiss(near, faults)
        : `${sentence(repeated, 'this request was recorded once')}, and it is made again`;
    throw new SpanlineError({ code: 'ERR_REPLAY_MISS', problem });
  }

  return {
    take(request) {
      const matching = calls.filter(
        (call) => call.messages !== undefined && differenceOf(call, request, comparison) === undefined,
      );
      const call =
        matching.find((candidate) => !used.has(candidate)) ??
        matching.findLast(({ record }) => record['span.status'] === 'error');
      if (call === undefined) return miss(request);
      used.add(call);
      checkAnswer(call);
      return call;
    },
    unused: () => calls.filter((call) => !used.has(call)),
  };
}
