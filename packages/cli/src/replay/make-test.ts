/** `spanline make-test`: a trace becomes a test of vitest, with its lines beside it. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Chain, chainOf, type ExplainQuestion, type Query, type ReadOptions, type Trace } from '@spanline/query';
import { feedbackOf, SpanlineError, type SpanRecord } from '@spanline/record';
import { factsOf, fixtureLine, type LivePart } from '@spanline/replay';
import { policyOf } from '../care/export/capture.ts';
import { fail } from '../fail.ts';
import type { Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { isSelected, SELECT_FLAGS, SELECT_HELP, selectTrace, traceOfService } from './select-trace.ts';
import { isGrounded, programText, type RecordedParts, type TestFacts, testText } from './test-file.ts';
import { updateTests } from './update-tests.ts';

const HELP = `spanline make-test [source] <id>
spanline make-test --update [--live model,tools]

Writes a test of vitest from a trace, with its lines beside it: your program gets the recorded input, models, tools and
retrievers are answered from the lines, and the test compares misses, failures, steps, calls of tools and the answer. It
sends nothing. program.ts beside the tests calls your program: it is written once, to be completed.

  --out dir          folder of the tests (test/replay)
  --program file     module that calls your program, with #name for another export than "program" (<out>/program.ts)
  --service name     the program, where the trace is of several (the one whose span began it)
  --name text        name of the files (made of the name of the request and its trace)
  --capture mode     redacted (the rules of redaction applied again) or full (as logged); default redacted
  --live parts       parts that run for real in the test: model, tools, retriever
  --force            replace a test that is there
  --update           run the tests of <out> with all parts, or those of --live, for real, and write their lines again
${SELECT_HELP}`;

/** Folder of the tests. */
const OUT = join('test', 'replay');

const PARTS: readonly LivePart[] = ['model', 'tools', 'retriever'];

function liveParts(given: string | undefined): readonly LivePart[] {
  return (given?.split(',') ?? []).map(
    (part) => PARTS.find((known) => known === part) ?? fail('--live', `a list of ${PARTS.join(', ')}`),
  );
}

/** Type of a span, and the part that runs it for real. */
const PART_OF: Readonly<Record<string, LivePart>> = { llm: 'model', tool: 'tools', retriever: 'retriever' };

/** Content without which the program cannot run on the lines, as sentences. */
function lacksOf({ steps }: Chain, input: unknown, live: readonly LivePart[]): string[] {
  const lacks = steps.flatMap(({ record, faults, gave }) => {
    const part = PART_OF[record['span.type'] ?? ''];
    if (part === undefined || live.includes(part)) return [];
    const reasons = faults.map(({ reason }) => reason);
    const isSilent = reasons.length === 0 && gave === undefined && part === 'model' && record['span.status'] === 'ok';
    return [...reasons, ...(isSilent ? ['its answer is on no line'] : [])].map(
      (reason) =>
        `${record['span.name'] ?? ''} (span ${record.span_id ?? ''}): ${reason}; --live ${part} runs it for real`,
    );
  });
  return [...(input === undefined ? ['the input of the request is on no line'] : []), ...lacks];
}

function partsOf({ steps }: Chain): RecordedParts {
  const names = (type: string): string[] => [
    ...new Set(
      steps
        .filter(({ record }) => record['span.type'] === type)
        .map(({ record }) => record['gen_ai.tool.name'] ?? (record['span.name'] ?? '').replace(/^retrieval /, '')),
    ),
  ];
  return { hasModel: names('llm').length > 0, tools: names('tool'), retrievers: names('retriever') };
}

/** The words of people about the answer. */
function wordsOf({ others }: Trace): { isDisliked: boolean; correction: string | undefined } {
  const scores = others.filter(({ kind }) => kind === 'score').map(({ record }) => record);
  const corrected = scores.findLast((record) =>
    /^(?:correction|expected)$/.test(record['gen_ai.evaluation.name'] ?? ''),
  );
  return {
    isDisliked: scores.map(feedbackOf).findLast((said) => said !== undefined) === 'down',
    correction: corrected?.['gen_ai.evaluation.explanation'] ?? corrected?.['spanline.evaluation.label'],
  };
}

async function conditionsOf(
  query: Query,
  { failed }: Chain,
  asked: ExplainQuestion | undefined,
  read: ReadOptions,
): Promise<string[]> {
  const isFailure = failed?.record['span.status'] === 'error';
  const question = asked ?? (isFailure ? ({ measure: 'failure', step: failed.step } as const) : undefined);
  if (question === undefined) return [];
  const { causes, bad, good } = await query.explain(question, '*', read);
  return causes.map(
    ({ subject, text, bad: some, good: others }) =>
      `In its log: ${subject.step}: ${text} (${some} of ${bad} bad traces, ${others} of ${good} others).`,
  );
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40) || 'trace';

/** Module and export of `--program`, as the test imports it. */
function programOf(given: string | undefined, out: string): TestFacts['program'] {
  if (given === undefined) return { from: './program.ts', name: 'program' };
  const [file = '', name = 'program'] = given.split('#');
  if (!existsSync(file)) return fail('--program', `a module that is there; there is no file ${file}`);
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return fail('--program', 'a file, or file#name with the name of an export');
  const path = relative(resolve(out), resolve(file)).replaceAll('\\', '/');
  return { from: path.startsWith('.') ? path : `./${path}`, name };
}

interface MakeFlags {
  readonly out?: string;
  readonly program?: string;
  readonly name?: string;
  readonly capture?: string;
  readonly live?: string;
  readonly force?: boolean;
}

/** The lines of a fixture, changed as `--capture` says. */
async function fixtureOf(trace: Trace, capture: string): Promise<SpanRecord[]> {
  if (capture === 'metadata') fail('--capture', 'redacted or full: a test needs content');
  const policy = await policyOf(capture);
  const records = [...trace.spans, ...trace.others.flatMap(({ kind, record }) => (kind === 'span' ? [record] : []))];
  return records.flatMap((record) => policy({ kind: 'span', record, rest: {} } as const)?.record ?? []);
}

async function makeTest(query: Query, trace: Trace, flags: MakeFlags, notes: readonly string[]): Promise<Report> {
  const { out = OUT, capture = 'redacted', force = false } = flags;
  const live = liveParts(flags.live);
  const program = programOf(flags.program, out);
  const records = await fixtureOf(trace, capture);
  const recorded = factsOf(records);
  const chain = chainOf(trace);
  const lacks = lacksOf(chain, recorded.input, live);
  if (lacks.length > 0) {
    const text = `The trace cannot be replayed:\n${lacks.join('\n')}`;
    return { blocks: [{ kind: 'text', text }], data: { files: [], missing: lacks }, isOk: false };
  }
  const traceId = chain.root?.record.trace_id ?? '';
  const name =
    flags.name === undefined
      ? `${slug(chain.root?.record['span.name'] ?? '')}-${traceId.slice(0, 8)}`
      : slug(flags.name);
  const { isDisliked, correction } = wordsOf(trace);
  const { failed } = chain;
  const answer = typeof recorded.answer === 'string' ? recorded.answer : JSON.stringify(recorded.answer);
  const facts: TestFacts = {
    traceId,
    name: chain.root?.record['span.name'] ?? 'trace',
    fixture: `${name}.ndjson`,
    program,
    notes: [
      ...(failed === undefined ? [] : [`Recorded: ${failed.step} failed first. ${failed.problem ?? ''}`]),
      ...notes,
      ...(records.some((record) => (record['spanline.redactions'] ?? 0) > 0)
        ? ['Personal data in the lines is replaced: a placeholder in a recorded request is any text.']
        : []),
    ],
    failed: failed?.step,
    isBroken: chain.root?.record['span.status'] !== 'ok',
    disliked: isDisliked && failed === undefined ? answer : undefined,
    expected: correction,
    hasAnswer: recorded.answer !== undefined,
    hasDocuments: recorded.documents.length > 0,
    live,
  };
  const files = writeFiles(out, name, { facts, records, chain, force, program: flags.program });
  const packages = ['vitest', '@spanline/replay', ...(isGrounded(facts) ? ['@spanline/evals'] : [])];
  return {
    blocks: [
      { kind: 'facts', facts: files.map((file) => ['written', file] as const) },
      { kind: 'text', text: `npx vitest run ${out} runs it. It needs ${packages.join(', ')}.` },
      ...facts.notes.map((text) => ({ kind: 'text' as const, text, tone: 'dim' as const })),
    ],
    data: { traceId, files, notes: facts.notes },
  };
}

interface Written {
  readonly facts: TestFacts;
  readonly records: readonly SpanRecord[];
  readonly chain: Chain;
  readonly force: boolean;
  readonly program: string | undefined;
}

/** Writes the test, its lines, and the file that calls the program if there is none. @returns the paths */
function writeFiles(out: string, name: string, { facts, records, chain, force, program }: Written): string[] {
  const [test, fixture, calls] = [join(out, `${name}.test.ts`), join(out, facts.fixture), join(out, 'program.ts')];
  for (const file of [test, fixture]) {
    const problem = `${file} is there already; --force replaces it`;
    if (!force && existsSync(file)) throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(fixture, records.map(fixtureLine).join(''));
  writeFileSync(test, testText(facts));
  if (program !== undefined || existsSync(calls)) return [test, fixture];
  writeFileSync(calls, programText(partsOf(chain)));
  return [test, fixture, calls];
}

/** Runs `spanline make-test`. */
export const makeTestCommand = defineQuestion({
  name: 'make-test',
  help: HELP,
  flags: {
    ...SELECT_FLAGS,
    out: 'text',
    program: 'text',
    service: 'text',
    name: 'text',
    capture: 'text',
    live: 'text',
    force: 'switch',
    update: 'switch',
  },
  words: (flags) => (isSelected(flags) ? 0 : 1),
  withoutLines({ update, out = OUT, live }, positionals, io) {
    if (update !== true) return undefined;
    if (positionals.length > 0) return fail('--update', 'given without a source and an id: it runs the tests of --out');
    return updateTests(out, liveParts(live).join(',') || '1', io);
  },
  async answer({ query, filter, words: [id], flags, read }): Promise<Report> {
    const { out, program, service, name, capture, live, force, update: _, ...select } = flags;
    const { trace: whole, question } = await selectTrace(query, filter, select, id, read);
    const trace = service === undefined ? whole : traceOfService(whole, service);
    const notes = await conditionsOf(query, chainOf(trace), question, read);
    const made = { out, program, name, capture, live, force };
    const given = Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as MakeFlags;
    return makeTest(query, trace, given, notes);
  },
});
