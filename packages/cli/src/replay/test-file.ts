/** The text of a test that `spanline make-test` writes. Everything in it from a log is a string literal or one line. */

import type { LivePart } from '@spanline/replay';

/** A test, as far as it differs from others. */
export interface TestFacts {
  readonly traceId: string;
  /** Name of the request. */
  readonly name: string;
  /** File of the lines, beside the test. */
  readonly fixture: string;
  /** Module and export of the program. */
  readonly program: { readonly from: string; readonly name: string };
  /** Sentences about the recording: the failure, its condition, what the lines lack. */
  readonly notes: readonly string[];
  /** The step that went wrong first. */
  readonly failed: string | undefined;
  /** The recorded request failed, so that steps behind the failure are not recorded. */
  readonly isBroken: boolean;
  /** The answer that a user disliked. */
  readonly disliked: string | undefined;
  /** The right answer, where a person gave it. */
  readonly expected: string | undefined;
  readonly hasAnswer: boolean;
  readonly hasDocuments: boolean;
  readonly live: readonly LivePart[];
}

/** One line of a comment: no line ends, and nothing that hides or reorders text. */
const comment = (text: string): string => `// ${text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')}`;

/** A string literal in single quotes. */
function literal(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replaceAll(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
      Array.from(
        { length: character.length },
        (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
      ).join(''),
    );
  return `'${escaped}'`;
}

function titleOf({ name, failed, disliked }: TestFacts): string {
  if (failed !== undefined) return `${name}: ${failed} does not fail again`;
  return disliked === undefined
    ? `${name}: answers as it was recorded`
    : `${name}: gives another answer than the disliked one`;
}

function answerLines({ isBroken, hasAnswer, hasDocuments, expected, disliked }: TestFacts): string[] {
  if (expected !== undefined) return [`  expect(run.answer).toBe(${literal(expected)});`];
  if (disliked !== undefined) return [`  expect(run.answer).not.toBe(${literal(disliked)});`];
  if (isBroken) return ['  expect(run.answer).toBeDefined();'];
  if (!hasAnswer) return [];
  const same = '  expect(run.answer).toEqual(run.recorded.answer);';
  if (!hasDocuments) return [same];
  return [same, '  expect(grounded(run)).toBeGreaterThanOrEqual(grounded(run.recorded));'];
}

/** True if the test compares how well answers are grounded. */
export const isGrounded = ({ expected, disliked, isBroken, hasAnswer, hasDocuments }: TestFacts): boolean =>
  expected === undefined && disliked === undefined && !isBroken && hasAnswer && hasDocuments;

/** Writes the test. */
export function testText(facts: TestFacts): string {
  const { traceId, fixture, program, notes, isBroken, live } = facts;
  const isScored = isGrounded(facts);
  const options = live.length === 0 ? '' : `, { live: [${live.map((part) => `'${part}'`).join(', ')}] }`;
  const imported = program.name === 'program' ? '{ program }' : `{ ${program.name} as program }`;
  return [
    `/** Made by spanline make-test of the trace ${traceId}. It is yours: change what it expects. */`,
    "import { expect, it } from 'vitest';",
    ...(isScored ? ["import { groundedness } from '@spanline/evals';"] : []),
    `import { runTrace${isScored ? ', type RunFacts' : ''} } from '@spanline/replay';`,
    `import ${program.name === 'default' ? 'program' : imported} from ${literal(program.from)};`,
    '',
    `const recording = new URL(${literal(`./${fixture}`)}, import.meta.url);`,
    ...(isScored
      ? [
          '',
          '/** Share of the sentences of an answer that its documents support. */',
          'const grounded = ({ answer, documents }: RunFacts): number =>',
          '  Number(groundedness()({ answer: String(answer), documents: [...documents] })?.value ?? 0);',
        ]
      : []),
    '',
    ...notes.map(comment),
    `it(${literal(titleOf(facts))}, async () => {`,
    `  const run = await runTrace(recording, program${options});`,
    '  expect(run.misses).toEqual([]);',
    '  expect(run.failures).toEqual([]);',
    isBroken
      ? "  expect(run.steps.split('\\n')).toEqual(expect.arrayContaining(run.recorded.steps.split('\\n')));"
      : '  expect(run.steps).toBe(run.recorded.steps);',
    '  expect(run.toolCalls).toEqual(run.recorded.toolCalls);',
    ...answerLines(facts),
    '});',
    '',
  ].join('\n');
}

/** The parts of a program that a recording answers. */
export interface RecordedParts {
  readonly hasModel: boolean;
  readonly tools: readonly string[];
  readonly retrievers: readonly string[];
}

/** Writes the file that calls the program, to be completed. */
export function programText({ hasModel, tools, retrievers }: RecordedParts): string {
  const parts = [
    ...(hasModel ? ['recorded.fetch, the `fetch` of a client (recorded.model() for a client of your own)'] : []),
    ...tools.map((name) => `recorded.tool(${literal(name)}, theTool)`),
    ...retrievers.map((name) => `recorded.retriever(${literal(name)}, theRetriever)`),
  ];
  return [
    '/** Calls the program under test. spanline make-test wrote it once, and leaves it alone from now on. */',
    "import type { TraceContext } from '@spanline/replay';",
    '',
    'export async function program(input: unknown, { recorded, tracer }: TraceContext): Promise<unknown> {',
    '  // Hand these to your program in the place of the real ones, and the tracer where it takes one:',
    ...parts.map((part) => `  ${comment(part)}`),
    '  throw new Error(`call your program here with ${JSON.stringify(input)}, ${typeof recorded} and ${typeof tracer}`);',
    '}',
    '',
  ].join('\n');
}
