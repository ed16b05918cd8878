/** `spanline replay`: steps through the decision chain of a trace. */

import {
  type Chain,
  chainOf,
  type ChainStep,
  divergencesOf,
  type ExplainQuestion,
  type Filter,
  type Query,
  type ReadOptions,
  sourcesOf,
} from '@spanline/query';
import { fail } from '../fail.ts';
import type { Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { chainBlocks, reasonBlocks, stepBlocks } from './chain-blocks.ts';
import { chainData, divergenceData, type Reason, stepData } from './chain-data.ts';
import { divergenceBlocks } from './divergence-blocks.ts';
import { isSelected, SELECT_FLAGS, SELECT_HELP, selectTrace } from './select-trace.ts';

const HELP = `spanline replay [source] <id> [id of another trace]

Steps through the decision chain of a trace: what each step got, what it gave, how long it took. It names the step that
went wrong first, where its input came from, and the conditions under which it goes wrong in this log. With a second
trace, it shows the steps in which the two differ, the first one first. Nothing is run: spanline make-test writes a
test that runs your program on the trace.

  --at n             step n alone, with its content in full
${SELECT_HELP}`;

/** The step to blame: the one that went wrong first, else the longest of those that the question is about. */
function blamedStep(chain: Chain, question: ExplainQuestion | undefined): ChainStep | undefined {
  if (chain.failed !== undefined || question?.step === undefined) return chain.failed;
  const { step } = question;
  const meant = chain.steps.filter((one) => one.step === step || one.record['span.name'] === step);
  return meant.toSorted((a, b) => (b.record.duration_ms ?? 0) - (a.record.duration_ms ?? 0))[0];
}

async function reasonOf(
  query: Query,
  filter: Filter,
  chain: Chain,
  asked: ExplainQuestion | undefined,
  read: ReadOptions,
): Promise<Reason | undefined> {
  const step = blamedStep(chain, asked);
  if (step === undefined) return undefined;
  const isFailure = step.record['span.status'] === 'error';
  const question = asked ?? (isFailure ? ({ measure: 'failure', step: step.step } as const) : undefined);
  const explanation = question === undefined ? undefined : await query.explain(question, filter, read);
  return { step, sources: sourcesOf(chain, step), explanation };
}

function placeOf(at: string, chain: Chain): ChainStep {
  const { length } = chain.steps;
  return (
    chain.steps[Number(at) - 1] ??
    fail('--at', length === 0 ? 'absent: the trace has no steps' : `a number from 1 to ${length}`)
  );
}

/** Runs `spanline replay`. */
export const replayCommand = defineQuestion({
  name: 'replay',
  help: HELP,
  flags: { ...SELECT_FLAGS, at: 'text' },
  words: (flags, { words }) => (isSelected(flags) ? 0 : Math.max(1, Math.min(words.length, 2))),
  async answer({ query, filter, words: [id, other], flags: { at, ...flags }, read }): Promise<Report> {
    const { trace, question } = await selectTrace(query, filter, flags, id, read);
    const chain = chainOf(trace);
    if (at !== undefined) {
      const step = placeOf(at, chain);
      return { blocks: stepBlocks(step), data: stepData(step) };
    }
    if (other !== undefined) {
      const second = await selectTrace(query, filter, {}, other, read);
      const divergences = divergencesOf(trace, second.trace);
      const data = { ...chainData(chain), divergences: divergences.map(divergenceData) };
      return { blocks: divergenceBlocks(divergences, chain.steps.length), data };
    }
    const reason = await reasonOf(query, filter, chain, question, read);
    return {
      blocks: [...chainBlocks(trace, chain), ...reasonBlocks(chain, reason)],
      data: chainData(chain, reason),
    };
  },
});
