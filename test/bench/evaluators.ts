import {
  answerRelevance,
  citations,
  claimGroundedness,
  contextRelevance,
  groundedness,
  jailbreak,
  jsonValidity,
  languageMismatch,
  leakage,
  lengthStop,
  promptInjection,
  refusal,
  repetition,
  toolLoop,
  toxicity,
} from '@spanline/evals';
import { measure } from './harness.ts';
import { absolute, type Row } from './rows.ts';

const SENTENCES = [
  'The notice period for a tenancy in Berlin is three months to the end of the month [1].',
  'A landlord must give notice in writing, and needs a reason that the law accepts [2].',
  'The deposit is returned with the last statement, at the latest six months after the keys [3].',
];
const answer = SENTENCES.join(' ');
const documents = SENTENCES.map((content, at) => ({ id: `d${at}`, content }));
const question = 'How long is the notice period in Berlin, and when do I get the deposit back?';
const json = JSON.stringify({ answer: SENTENCES.slice(0, 2), sources: [1, 2], isComplete: true });
const toolCalls = ['Berlin', 'Hamburg', 'Berlin'].map((city) => ({
  name: 'search',
  arguments: { city, limit: 5 },
  result: 'found',
  failed: false,
}));

/** An evaluator on texts as above, and the most that it may take, in µs. */
type Evaluator = readonly [name: string, limit: number, score: () => unknown];

/** Evaluators are made once, as in an application. */
function evaluators(): readonly Evaluator[] {
  const score = {
    groundedness: groundedness(),
    claimGroundedness: claimGroundedness(),
    contextRelevance: contextRelevance(),
    answerRelevance: answerRelevance(),
    citations: citations(),
    promptInjection: promptInjection(),
    jailbreak: jailbreak(),
    toxicity: toxicity(),
    leakage: leakage(),
    languageMismatch: languageMismatch(),
    refusal: refusal(),
    repetition: repetition(),
    jsonValidity: jsonValidity(),
    lengthStop: lengthStop(),
    toolLoop: toolLoop(),
  };
  return [
    ['groundedness()', 40, () => score.groundedness({ answer, documents })],
    ['claimGroundedness()', 80, () => score.claimGroundedness({ answer, documents })],
    ['contextRelevance()', 40, () => score.contextRelevance({ question, documents })],
    ['answerRelevance()', 40, () => score.answerRelevance({ question, answer })],
    ['citations()', 10, () => score.citations({ answer, documents })],
    ['promptInjection()', 200, () => score.promptInjection({ text: answer })],
    ['jailbreak()', 80, () => score.jailbreak({ text: answer })],
    ['toxicity()', 80, () => score.toxicity({ text: answer })],
    ['leakage()', 40, () => score.leakage({ answer })],
    ['languageMismatch()', 40, () => score.languageMismatch({ question, answer })],
    ['refusal()', 20, () => score.refusal({ answer })],
    ['repetition()', 20, () => score.repetition({ answer })],
    ['jsonValidity()', 10, () => score.jsonValidity({ answer: json })],
    ['lengthStop()', 2, () => score.lengthStop({ finishReasons: ['stop'] })],
    ['toolLoop()', 10, () => score.toolLoop({ toolCalls })],
  ];
}

/** CPU time of each evaluator in code. */
export async function evaluatorRows(): Promise<Row[]> {
  const all = evaluators();
  const results = await measure(all.map(([name, , score]) => ({ name, run: () => score() as void | Promise<void> })));
  return results.map(({ name, medianNs }, at) =>
    absolute(
      `evals, ${name}`,
      { limit: all[at]?.[1] ?? Number.NaN, unit: 'µs', measured: medianNs / 1000 },
      `an answer of ${answer.length} characters, three documents`,
    ),
  );
}
