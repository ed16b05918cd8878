/** Finds the recorded result of a tool or a retriever. */
import { SpanlineError } from '@spanline/record';
import type { RecordedRetrieval, RecordedToolCall } from '../recording/recorded-call.ts';
import { canonicalJson } from './flatten.ts';
import type { SameText } from './same-text.ts';

type Step = RecordedToolCall | RecordedRetrieval;

/** Finds results. Each recorded call answers one call. */
export interface StepMatcher<Of extends Step> {
  /**
   * Takes the recorded call with these arguments, the earliest of several.
   *
   * @param inputs - what the arguments may have been written as
   * @throws SpanlineError `ERR_REPLAY_MISS`, `ERR_REPLAY_CONTENT`
   */
  take(name: string, inputs: readonly unknown[]): Of;
  unused(): readonly Of[];
}

const inputOf = (call: Step): unknown => (call.kind === 'tool' ? call.arguments : call.query);
const textOf = (input: unknown): string => (typeof input === 'string' ? input : canonicalJson(input));

/** Creates a matcher. */
export function createStepMatcher<Of extends Step>(calls: readonly Of[], sameText: SameText): StepMatcher<Of> {
  const used = new Set<Of>();
  return {
    take(name, inputs) {
      const own = calls.filter((call) => call.name === name);
      const given = inputs.map(textOf);
      const matches = (call: Of): boolean =>
        given.some((text) => sameText(textOf(inputOf(call)), text, call.isRedacted));
      const call = own.find((candidate) => !used.has(candidate) && matches(candidate));
      if (call !== undefined) {
        used.add(call);
        const fault = call.faults.find(({ side }) => side === 'output');
        if (fault === undefined) return call;
        throw new SpanlineError({
          code: 'ERR_REPLAY_CONTENT',
          problem: `${name} (span ${call.spanId}): ${fault.reason}`,
        });
      }
      const left = own.filter((candidate) => !used.has(candidate));
      const hidden = left.find((candidate) => inputOf(candidate) === undefined);
      if (hidden !== undefined) {
        const reason = hidden.faults[0]?.reason ?? 'its input is on no line';
        throw new SpanlineError({ code: 'ERR_REPLAY_CONTENT', problem: `${name} (span ${hidden.spanId}): ${reason}` });
      }
      const recorded = left.map((candidate) => `\n- ${textOf(inputOf(candidate))}`).join('');
      const reason =
        left.length === 0
          ? `the trace has no call of ${name} that is left`
          : `no recorded call of ${name} has these arguments${recorded}`;
      throw new SpanlineError({ code: 'ERR_REPLAY_MISS', problem: `${reason}\n+ ${given[0] ?? ''}` });
    },
    unused: () => calls.filter((call) => !used.has(call)),
  };
}
