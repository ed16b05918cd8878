/** The three scores of a retrieval: relevance of the context, groundedness of the answer, relevance of the answer. */
import { checkOptions, option, type Shape } from '@spanline/record';
import { claimGroundedness } from './evaluators/claim-groundedness.ts';
import { answerRelevance, contextRelevance } from './evaluators/relevance.ts';
import { feedback, type Feedback } from './feedback/feedback.ts';
import { judgeBudget } from './judge/budget.ts';
import type { JudgeModelOptions } from './judge/judge-options.ts';
import { judge } from './judge/judge.ts';
import { field } from './subject/fields.ts';

/** Options of {@link ragTriad}. */
export interface RagTriadOptions {
  /** The model that judges. @defaultValue none: the scores are computed from words */
  judge?: JudgeModelOptions;
  /** Share of traces that are scored, 0 to 1. @defaultValue 1 */
  sample?: number;
}

const SHAPE: Shape<RagTriadOptions> = {
  judge: option.like<JudgeModelOptions>('an object', (value) => typeof value === 'object' && value !== null),
  sample: option.number({ min: 0, max: 1 }),
};

const RUBRICS = {
  context:
    'Judge how relevant the documents are to the question, whatever they say about it. 10: they have what is needed for a complete answer. 5: they are about the subject, and lack what is asked. 0: they are about something else.',
  grounded:
    'Judge how far the documents support the answer. Take its statements one by one. 10: the documents state or imply each of them. 5: half of them. 0: none, or they contradict it. Knowledge of your own does not count. An answer that says that the documents do not tell is supported.',
  answer:
    'Judge how far the answer is an answer to the question, whether or not it is true. 10: it answers all of it. 5: a part of it, or it evades. 0: it is about something else. A refusal for a good reason is an answer.',
} as const;

/**
 * The RAG triad as feedback functions: `context_relevance`, `faithfulness` and `answer_relevance`. With `judge` a model
 * scores, else the words of question, documents and answer.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createEvals, ragTriad } from '@spanline/evals';
 * import OpenAI from 'openai';
 *
 * const client = new OpenAI({ apiKey: 'sk-…' });
 * createEvals({ feedback: ragTriad({ judge: { client, model: 'gpt-4o-mini', budget: 5 }, sample: 0.1 }) });
 * ```
 */
export function ragTriad(options: RagTriadOptions = {}): Feedback[] {
  checkOptions(SHAPE, options);
  const { question, answer, documents } = field;
  const sample = options.sample === undefined ? {} : { sample: options.sample };
  const model = options.judge;
  // One budget for the three.
  const shared = typeof model?.budget === 'number' ? { budget: judgeBudget({ perDayUsd: model.budget }) } : {};
  const ask = model === undefined ? undefined : (rubric: string) => judge({ ...model, ...shared, rubric });
  const by = { ...sample, source: ask === undefined ? 'code' : 'llm_judge' } as const;
  return [
    feedback({
      ...by,
      name: 'context_relevance',
      on: { question, documents },
      fn: ask?.(RUBRICS.context) ?? contextRelevance(),
    }),
    feedback({
      ...by,
      name: 'faithfulness',
      on: { answer, documents },
      fn: ask?.(RUBRICS.grounded) ?? claimGroundedness(),
    }),
    feedback({
      ...by,
      name: 'answer_relevance',
      on: { question, answer },
      fn: ask?.(RUBRICS.answer) ?? answerRelevance(),
    }),
  ];
}
