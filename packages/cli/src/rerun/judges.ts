/** The evaluators of a rerun: rules by name, or a module of the user. Both sides get the same ones. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  answerRelevance,
  citations,
  claimGroundedness,
  contextRelevance,
  feedback,
  type Feedback,
  field,
  groundedness,
  jsonValidity,
  languageMismatch,
  leakage,
  lengthStop,
  refusal,
  repetition,
  toolLoop,
  toxicity,
} from '@spanline/evals';
import { isPlainObject, nearest, SpanlineError } from '@spanline/record';
import { messageOf } from '../command.ts';
import { fail } from '../fail.ts';

const { answer, documents, question, finishReasons, toolCalls } = field;

const RULES: Readonly<Record<string, () => Feedback>> = {
  groundedness: () => feedback({ name: 'groundedness', on: { answer, documents }, fn: groundedness() }),
  claim_groundedness: () =>
    feedback({ name: 'claim_groundedness', on: { answer, documents }, fn: claimGroundedness() }),
  answer_relevance: () => feedback({ name: 'answer_relevance', on: { question, answer }, fn: answerRelevance() }),
  context_relevance: () => feedback({ name: 'context_relevance', on: { question, documents }, fn: contextRelevance() }),
  citations: () => feedback({ name: 'citations', on: { answer, documents }, fn: citations() }),
  json_validity: () => feedback({ name: 'json_validity', on: { answer }, fn: jsonValidity() }),
  refusal: () => feedback({ name: 'refusal', on: { answer }, fn: refusal() }),
  leakage: () => feedback({ name: 'leakage', on: { answer }, fn: leakage() }),
  repetition: () => feedback({ name: 'repetition', on: { answer }, fn: repetition() }),
  toxicity: () => feedback({ name: 'toxicity', on: { text: answer }, fn: toxicity() }),
  language_mismatch: () => feedback({ name: 'language_mismatch', on: { question, answer }, fn: languageMismatch() }),
  length_stop: () => feedback({ name: 'length_stop', on: { finishReasons }, fn: lengthStop() }),
  tool_loop: () => feedback({ name: 'tool_loop', on: { toolCalls }, fn: toolLoop() }),
};

/** Names of the rules. */
export const RULE_NAMES = Object.keys(RULES);

/** Scores that are better when they are lower. All others are better when they are higher. */
export const LOWER_IS_BETTER: ReadonlySet<string> = new Set([
  'refusal',
  'leakage',
  'repetition',
  'toxicity',
  'language_mismatch',
  'length_stop',
  'tool_loop',
  'hallucination',
  'prompt_injection',
  'jailbreak',
]);

/** Rules without `--judge`: they cost nothing. */
const DEFAULT = ['groundedness', 'refusal'];

const isFeedback = (value: unknown): value is Feedback =>
  isPlainObject(value) && typeof value['evaluate'] === 'function' && typeof value['select'] === 'function';

const IS_FILE = /[/\\]|\.[cm]?[jt]s$/;

/** A module of the user. @throws SpanlineError `ERR_INVALID_OPTION` that names the flag and the reason */
export async function importModule(flag: string, path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (cause) {
    const isTypeScript = (cause as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    const problem = isTypeScript
      ? `${flag}: Node.js ${process.versions.node} runs no TypeScript (${path}). Compile it, or install tsx and run: NODE_OPTIONS="--import tsx" npx spanline rerun …`
      : `${flag}: ${path} cannot be imported: ${messageOf(cause)}`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem, cause });
  }
}

async function fromModule(path: string): Promise<Feedback[]> {
  const found = Object.values(await importModule('--judge', path)).flatMap((value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.filter(isFeedback);
  });
  if (found.length > 0) return [...new Set(found)];
  const problem = `--judge: ${path} exports no feedback function: export const faithfulness = feedback({ … }), of @spanline/evals`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
}

/** Reads the evaluators of `--judge`. @throws SpanlineError `ERR_INVALID_OPTION` */
export async function readJudges(given: readonly string[] = DEFAULT): Promise<Feedback[]> {
  const names = given.flatMap((one) => (IS_FILE.test(one) ? [one] : one.split(',')));
  const judges: Feedback[] = [];
  for (const name of names) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule !== undefined) judges.push(rule());
    else if (IS_FILE.test(name)) judges.push(...(await fromModule(name)));
    else {
      const meant = nearest(name, RULE_NAMES);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return fail('--judge', `a file such as ./judges.js, or one of ${RULE_NAMES.join(', ')}${hint}`);
    }
  }
  const twice = judges.find(({ name }, index) => judges.findIndex((one) => one.name === name) !== index);
  return twice === undefined ? judges : fail('--judge', `free of two scores of one name (${twice.name})`);
}
