/** `runTrace`: runs a program on a recorded trace, and compares what it did with what was recorded. */
import { createLogger, createTracer, setDefaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape, SpanlineError, type SpanRecord } from '@spanline/record';
import { LIVE_PARTS, type LivePart, type Replay, type ReplayOptions } from '../session/replay-options.ts';
import { replay } from '../session/replay.ts';
import { readFixture, writeFixture } from './fixture.ts';
import { refuseSockets } from './no-sockets.ts';
import { factsOf, type RunFacts } from './run-facts.ts';

/** Given to a program under test beside its input. */
export interface TraceContext {
  /** The recorded model, tools and retrievers: hand them to the program in the place of the real ones. */
  readonly recorded: Replay;
  /** The tracer whose spans are compared. It is the default tracer during the run. */
  readonly tracer: Tracer;
}

/** A program under test. It gets the recorded input: a text, messages (`role`, `parts`), or any other JSON. */
export type TraceProgram = (input: never, context: TraceContext) => unknown;

/** Options of {@link runTrace}. */
export interface RunTraceOptions extends Pick<ReplayOptions, 'ignore' | 'live' | 'match' | 'traceId'> {
  /** The tracer of the program, if it has one of its own. @defaultValue one that writes nothing */
  tracer?: Tracer;
}

/** A run of a program on a trace. */
export interface TraceRun extends RunFacts {
  /** The same facts of the recording. */
  readonly recorded: RunFacts;
  /** Calls that the recording does not answer, and connections that the program opened. */
  readonly misses: readonly string[];
  /**
   * Errors that arose in this run, such as `reranker rerank: TimeoutError: …`. A recorded failure of a model, tool or
   * retriever comes again, and is not one of them, unless it made the program fail.
   */
  readonly failures: readonly string[];
  /** Content that the recording does not have as it was. */
  readonly notes: readonly string[];
}

const SHAPE: Shape<RunTraceOptions> = {
  live: option.list(option.oneOf(LIVE_PARTS)),
  match: option.oneOf(['strict', 'messages']),
  ignore: option.list(option.like<RegExp>('a regular expression', (value) => value instanceof RegExp)),
  traceId: option.string(),
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer).onRecord === 'function'),
};

/** Parts that run for real while a fixture is written again: those that the variable names, or all. */
function updatedParts(): readonly LivePart[] | undefined {
  const given = process.env['SPANLINE_REPLAY_UPDATE'] ?? '';
  if (given === '' || given === '0' || given === 'false') return undefined;
  const named = given.split(',').filter((part): part is LivePart => LIVE_PARTS.includes(part as LivePart));
  return named.length === 0 ? LIVE_PARTS : named;
}

const describe = (record: SpanRecord): string =>
  `${record['span.type'] ?? 'span'} ${record['span.name'] ?? ''}: ${record['error.type'] ?? 'Error'}: ${record['error.message'] ?? ''}`;

const REPLAYED: ReadonlySet<string> = new Set(['llm', 'tool', 'retriever']);
const keyOf = (record: SpanRecord): string =>
  JSON.stringify([record['span.type'], record['span.name'], record['error.type']]);

/** Errors of a run without those that the recording gave back. */
function newFailures(failed: readonly SpanRecord[], before: readonly SpanRecord[], thrown: unknown): string[] {
  const known = new Set(before.filter((record) => REPLAYED.has(record['span.type'] ?? '')).map(keyOf));
  const own = failed.filter((record) => !known.has(keyOf(record))).map(describe);
  if (thrown === undefined) return own;
  return [
    ...own,
    `the program failed: ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'it threw no error'}`,
  ];
}

function gather(tracer: Tracer): { readonly records: SpanRecord[]; stop(): void } {
  const records: SpanRecord[] = [];
  const stop = tracer.onRecord((record) => {
    const event = record['event.name'];
    if (event === 'span.end' || event === 'span.content') records.push({ ...record });
  });
  return { records, stop };
}

/** Runs the program where nothing leaves the process, unless a part is live. @returns what it threw */
async function runAlone(
  program: TraceProgram,
  input: unknown,
  context: TraceContext,
  live: readonly LivePart[],
  onSocket: (problem: string) => void,
): Promise<unknown> {
  const undo = [
    ...(live.includes('model') ? [] : [context.recorded.install()]),
    ...(live.length > 0 ? [] : [refuseSockets(onSocket)]),
  ];
  try {
    await program(input as never, context);
    return undefined;
  } catch (error) {
    return error ?? new Error('the program threw nothing');
  } finally {
    for (const one of undo.toReversed()) one();
  }
}

/**
 * Runs a program on the trace of a file: models, tools and retrievers are answered from its lines. The global `fetch`
 * is replaced during the run, and a connection that the program opens fails, unless a part is live.
 *
 * With the environment variable `SPANLINE_REPLAY_UPDATE` the parts that it names (`model,tools,retriever`, or `1` for
 * all) run for real, and the file is written again.
 *
 * @param file - lines of one trace, as `spanline make-test` writes them
 * @throws SpanlineError `ERR_INVALID_RECORDING`, `ERR_INVALID_OPTION`, `ERR_REPLAY_UPDATE` if the run that was to be
 *   recorded failed
 *
 * @example
 * ```ts
 * import { runTrace } from '@spanline/replay';
 * import OpenAI from 'openai';
 *
 * const run = await runTrace('test/answer.ndjson', async (question: string, { recorded }) => {
 *   const client = new OpenAI({ apiKey: 'none', fetch: recorded.fetch });
 *   return client.responses.create({ model: 'gpt-4o', input: question });
 * });
 * console.log(run.misses, run.failures, run.answer);
 * ```
 */
export async function runTrace(
  file: string | URL,
  program: TraceProgram,
  options: RunTraceOptions = {},
): Promise<TraceRun> {
  checkOptions<RunTraceOptions>(SHAPE, options);
  const { match = 'strict', ignore = [], traceId, tracer: given } = options;
  const updated = updatedParts();
  const live = updated ?? options.live ?? [];
  const lines = readFixture(file);
  const recorded = replay(lines, { live, match, ignore, ...(traceId === undefined ? {} : { traceId }) });
  const before = factsOf(lines);
  const tracer =
    given ?? createTracer({ logger: createLogger({}, { write: () => undefined }), statsIntervalSeconds: 0 });
  const gathered = gather(tracer);
  const sockets: string[] = [];
  setDefaultTracer(tracer);
  const thrown = await runAlone(
    program,
    before.input,
    { recorded, tracer },
    live,
    (problem) => void sockets.push(problem),
  );
  if (given === undefined) await tracer.shutdown();
  gathered.stop();
  const after = factsOf(gathered.records);
  const { misses, notes } = recorded.report();
  const problems = [...misses, ...sockets];
  const failures = newFailures(after.failed, before.failed, thrown);
  if (updated === undefined) {
    const closed = new Set(recorded.report().answered.map(({ spanId }) => spanId));
    return { ...after, recorded: factsOf(lines, closed), misses: problems, failures, notes };
  }
  if (problems.length > 0 || failures.length > 0) {
    const problem = `the run that was to be recorded failed, and the file stays as it is:\n${[...problems, ...failures].join('\n')}`;
    throw new SpanlineError({ code: 'ERR_REPLAY_UPDATE', problem });
  }
  writeFixture(file, gathered.records);
  return { ...after, recorded: after, misses: [], failures: [], notes: [] };
}
