/** A log of questions to a model, a provider over HTTP, and `spanline rerun` on both. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { parseLine, type SpanRecord } from '@spanline/record';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

/** Messages in OpenTelemetry's shape. */
export const messages = (...said: readonly (readonly [role: string, content: string])[]): string =>
  JSON.stringify(said.map(([role, content]) => ({ role, parts: [{ type: 'text', content }] })));

/** A question whose recorded answer is right if its number is even. */
export function question(
  number: number,
  call: Partial<SpanRecord> = {},
  search: Partial<SpanRecord> = {},
): SpanRecord[] {
  const shared = { trace_id: traceId(number), 'spanline.capture.mode': 'full' };
  const id = (step: number): string => spanId(number * 100 + step);
  const below = { ...shared, parent_span_id: id(0) };
  const answer = number % 2 === 0 ? `Contract ${number} lasts ${number} months.` : `Contract ${number} lasts 99 years.`;
  return [
    span(0, {
      ...below,
      at: 10,
      span_id: id(1),
      'span.name': 'docs',
      'span.type': 'retriever',
      'gen_ai.retrieval.query.text': `contract ${number}`,
      'gen_ai.retrieval.documents': JSON.stringify([{ content: `Contract ${number} lasts ${number} months.` }]),
      ...search,
    }),
    span(0, {
      ...below,
      at: 30,
      ms: 900,
      span_id: id(2),
      'span.name': 'chat gpt-4o',
      'span.type': 'llm',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 100,
      'spanline.cost.usd': 0.0035,
      'gen_ai.input.messages': messages(['system', 'Answer.'], ['user', `How long is contract ${number}?`]),
      'gen_ai.output.messages': messages(['assistant', answer]),
      ...call,
    }),
    span(0, { ...shared, ms: 1000, span_id: id(0), 'span.name': 'POST /ask', 'span.type': 'http' }),
  ];
}

/** Questions 1 to `count`. */
export const questions = (count: number): SpanRecord[] =>
  Array.from({ length: count }, (_, index) => question(index + 1)).flat();

/** The provider of one file of tests: it answers each question rightly, unless a test says otherwise. */
export function provider(): LLMock {
  const mock = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  beforeAll(() => mock.start());
  beforeEach(() => {
    mock.clearFixtures();
    mock.clearRequests();
    mock.on({ predicate: () => true }, (request) => {
      const [number = '0'] = /(\d+)\?/.exec(JSON.stringify(request.messages.at(-1))) ?? [];
      const count = number.replace('?', '');
      return {
        content: `Contract ${count} lasts ${count} months.`,
        usage: { prompt_tokens: 500, completion_tokens: 20 },
      };
    });
  });
  afterAll(() => mock.stop());
  return mock;
}

/** How a rerun ended. */
export interface Rerun extends Outcome {
  readonly cwd: string;
  /** The answer of `--json`. */
  data(): Answer;
  /** Records of the file of results. */
  results(): SpanRecord[];
}

/** The parts of an answer that tests read. */
interface Answer {
  readonly compared: number;
  readonly left: number;
  readonly spentUsd: number;
  readonly stopped?: string;
  readonly skipped: Readonly<Record<string, number>>;
  readonly diverged: Readonly<Record<string, number>>;
  readonly unfinished: Readonly<Record<string, number>>;
  readonly judgeFailures: Readonly<Record<string, number>>;
  readonly figures: readonly {
    readonly name: string;
    readonly pairs: number;
    readonly before: number;
    readonly after: number;
    readonly difference: { readonly value: number; readonly low: number; readonly high: number };
    readonly verdict: string;
    readonly wins: number;
    readonly losses: number;
  }[];
  readonly pairs: readonly {
    readonly traceId: string;
    readonly question: string;
    readonly recorded: { readonly answer: string };
    readonly rerun: { readonly answer: string; readonly isError: boolean };
  }[];
}

/** Runs `spanline rerun` on records in a folder, or again in one that is there. */
export async function rerun(
  where: readonly SpanRecord[] | string,
  args: readonly string[],
  { url, files = {}, env = {} }: { url: string; files?: Record<string, string>; env?: Record<string, string> },
): Promise<Rerun> {
  const cwd = typeof where === 'string' ? where : folderWith({ 'app.ndjson': lines(...where), ...files });
  const outcome = await cli(['rerun', 'app.ndjson', '--out', 'results.ndjson', ...args], {
    cwd,
    env: { OPENAI_BASE_URL: `${url}/v1`, ANTHROPIC_BASE_URL: url, ...env },
  });
  const file = join(cwd, 'results.ndjson');
  return {
    ...outcome,
    cwd,
    data: () => JSON.parse(outcome.stdout) as Answer,
    results: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .flatMap((line) => parseLine(line)?.record ?? [])
        : [],
  };
}

/** Flags that send without asking. */
export const SEND = ['--model', 'gpt-4o-mini', '--yes', '--json'] as const;
