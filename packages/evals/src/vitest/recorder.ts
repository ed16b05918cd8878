/** Runs a program on items under a tracer, and gathers the spans and scores that its runs left. */
import type { Tracer } from '@spanline/core';
import { SpanlineError, type SpanRecord } from '@spanline/record';
import type { DatasetItem } from '../dataset/item.ts';
import type { ExperimentResults, JudgeIdentity } from '../experiment/results.ts';
import type { Feedback } from '../feedback/feedback.ts';
import { createEvals } from '../live/create-evals.ts';
import { withExpected } from '../subject/expected.ts';

/** The program under test. Its spans belong to the run, if it is traced by the tracer of the experiment. */
export type Program = (input: never, run: { readonly item: DatasetItem; readonly repetition: number }) => unknown;

/** A run of one item. */
export interface ItemRun {
  readonly output: unknown;
  readonly traceId: string;
  /** Spans in the order of their ends. */
  readonly spans: readonly SpanRecord[];
  /** Score lines by name. */
  readonly scores: ReadonlyMap<string, SpanRecord>;
}

/** Parts of an experiment. */
export interface RecorderOptions {
  readonly name: string;
  readonly version: string;
  readonly tracer: Tracer;
  readonly evaluators: readonly Feedback[];
  readonly program: Program;
}

/** Runs items, and adds up their scores. */
export interface Recorder {
  /** @throws whatever the program throws; its trace stays in the log */
  run(item: DatasetItem, repetition: number): Promise<ItemRun>;
  /** Results of the runs so far. */
  results(): ExperimentResults;
  close(): Promise<void>;
}

const EVALUATE = 'evaluate ';
const answeredBy = (record: SpanRecord): string | undefined =>
  record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
const modelOf = (record: SpanRecord): string | undefined =>
  record['span.type'] === 'llm' ? answeredBy(record) : undefined;

const sorted = (names: ReadonlySet<string> | undefined): string[] => [...(names ?? [])].toSorted();

function add(sets: Map<string, Set<string>>, name: string, value: string | undefined): void {
  if (value === undefined) return;
  const set = sets.get(name) ?? new Set<string>();
  sets.set(name, set.add(value));
}

/** Creates the recorder of one experiment. */
export function createRecorder({ name, version, tracer, evaluators, program }: RecorderOptions): Recorder {
  const spans = new Map<string, SpanRecord[]>();
  const scores = new Map<string, Map<string, SpanRecord>>();
  const runs = new Map<string, { readonly id: string; readonly run: ItemRun }>();
  const failures = new Map<string, unknown>();
  const judgeModels = new Map<string, Set<string>>();
  const judgeVersions = new Map<string, Set<string>>();
  const programModels = new Set<string>();

  function take(record: Readonly<SpanRecord>): void {
    const { trace_id: trace = '' } = record;
    const kind = record['event.name'];
    if (kind === 'gen_ai.evaluation.result') {
      const ofTrace = scores.get(trace) ?? new Map<string, SpanRecord>();
      const judge = record['gen_ai.evaluation.name'] ?? '';
      scores.set(trace, ofTrace.set(judge, record));
      add(judgeVersions, judge, record['spanline.evaluation.version']);
    } else if (kind === 'span.end') {
      const ofTrace = spans.get(trace) ?? [];
      spans.set(trace, ofTrace);
      ofTrace.push(record);
      if (record['span.type'] === 'evaluator' && record.parent_span_id === undefined) judged(record, ofTrace);
    }
  }

  /** A judge's trace has ended. The model is on the span of its client, if that is traced, else on that of its call. */
  function judged(root: SpanRecord, ofTrace: readonly SpanRecord[]): void {
    const judge = (root['span.name'] ?? '').slice(EVALUATE.length);
    for (const span of ofTrace) add(judgeModels, judge, answeredBy(span));
    spans.delete(root.trace_id ?? '');
  }

  const stop = tracer.onRecord(take);
  const evals = createEvals({
    tracer,
    feedback: evaluators,
    queue: 100_000,
    onFailure: ({ name: judge, error }) => failures.set(judge, error),
  });

  function requireScores(found: ReadonlyMap<string, SpanRecord>): void {
    for (const { name: judge } of evaluators) {
      if (found.has(judge) || !failures.has(judge)) continue;
      const cause = failures.get(judge);
      failures.delete(judge);
      throw new SpanlineError({
        code: 'ERR_EVALUATOR_FAILED',
        option: `the evaluator of "${judge}"`,
        expected: 'without an error',
        cause,
      });
    }
  }

  return {
    async run(item, repetition) {
      const labels = { experiment: name, dataset: version, item: item.id, repetition };
      const start = { name: `experiment ${name}`, type: 'chain', parent: null, labels, input: item.input } as const;
      const { output, traceId } = await withExpected(item.expected, () =>
        tracer.withSpan(start, async (span) => {
          const answer = await program(item.input as never, { item, repetition });
          span.output(answer);
          return { output: answer, traceId: span.traceId };
        }),
      );
      await evals.settled();
      const found = scores.get(traceId) ?? new Map<string, SpanRecord>();
      requireScores(found);
      const run = { output, traceId, spans: spans.get(traceId) ?? [], scores: found };
      for (const model of run.spans.map(modelOf)) if (model !== undefined) programModels.add(model);
      runs.set(`${item.id}\n${repetition}`, { id: item.id, run });
      spans.delete(traceId);
      scores.delete(traceId);
      return run;
    },
    results() {
      const byName: Record<string, Record<string, number[]>> = {};
      for (const { id, run } of runs.values()) {
        for (const [judge, record] of run.scores) {
          const value = record['gen_ai.evaluation.score.value'];
          if (value !== undefined) ((byName[judge] ??= {})[id] ??= []).push(value);
        }
      }
      const judges = evaluators.map(({ name: judge, source }): [string, JudgeIdentity] => [
        judge,
        { source, models: sorted(judgeModels.get(judge)), versions: sorted(judgeVersions.get(judge)) },
      ]);
      return {
        experiment: name,
        dataset: version,
        models: [...programModels].toSorted(),
        judges: Object.fromEntries(judges),
        scores: byName,
      };
    },
    async close() {
      await evals.close();
      stop();
    },
  };
}
