/** The answer of `spanline rerun`: it is read from the file of results, whichever run of the command wrote it. */
import type { SpanRecord } from '@spanline/record';
import type { CommandIo } from '../command.ts';
import { type Block, cell, type Report } from '../report/index.ts';
import type { Case } from './cases.ts';
import { compareSides, pairOf } from './compare-sides.ts';
import type { RerunOptions } from './options.ts';
import type { Sample } from './pick-traces.ts';
import { exampleBlocks, figuresTable, reasonBlock } from './rerun-blocks.ts';
import type { ResultsFile } from './results-file.ts';
import type { RunEnd } from './run-cases.ts';

/** A rerun with everything that it needs. */
export interface Rerun {
  readonly options: RerunOptions;
  readonly sample: Sample;
  readonly cases: readonly Case[];
  readonly skipped: ReadonlyMap<string, number>;
  readonly results: ResultsFile;
  readonly io: CommandIo;
}

const NOTHING: RunEnd = { finished: 0, unfinished: new Map(), stopped: undefined };

/** The answer, from the lines of the file. */
export function rerunReport(
  { options, sample, skipped, results, cases }: Rerun,
  { end = NOTHING, judgeFailures = new Map<string, number>(), spentUsd = 0 } = {},
): Report {
  const lines = new Map<string, readonly SpanRecord[]>(sample.traces.map((trace) => [trace.traceId, trace.lines]));
  const own = results.results().filter(({ traceId }) => lines.has(traceId));
  const pairs = own.flatMap((result) => pairOf(lines.get(result.traceId) ?? [], result) ?? []);
  const diverged = new Map<string, number>();
  for (const { spans } of own) {
    const reason = spans.find((span) => span['labels.diverged'] !== undefined)?.['labels.diverged'];
    if (typeof reason === 'string') diverged.set(reason, (diverged.get(reason) ?? 0) + 1);
  }
  const figures = compareSides(pairs);
  const oneSided = new Map<string, number>();
  for (const name of pairs.flatMap((pair) => pair.oneSided)) oneSided.set(name, (oneSided.get(name) ?? 0) + 1);
  const sameTools = pairs.filter(({ before }) => before.toolCalls.length > 0);
  const same = sameTools.filter(
    ({ before, after }) => before.toolCalls.join('\n') === after.toolCalls.join('\n'),
  ).length;
  const left = cases.length - end.finished;
  const { matching, withoutModel, traces } = sample;
  const first = `${cell.amount(pairs.length, 'trace')} compared, of ${cell.count(traces.length)} that seed ${options.seed} drew from ${cell.count(matching)}${withoutModel === 0 ? '' : ` (${cell.count(withoutModel)} without a model call left out)`}. ${options.experiment}, in ${options.out}.${end.finished === 0 ? '' : ` This run cost ${cell.cost(spentUsd) || 'nothing'}.`}`;
  const few =
    pairs.length > 0 && pairs.length < 6
      ? 'With fewer than six traces nothing is ever better or worse by more than chance.'
      : '';
  const notes: Block[] = [
    ...(end.stopped === undefined
      ? []
      : [{ kind: 'text' as const, text: `Stopped: ${end.stopped}.`, tone: 'red' as const }]),
    ...(left > 0
      ? [
          {
            kind: 'text' as const,
            text: `${cell.amount(left, 'trace')} not run yet: the same command goes on.`,
            tone: 'yellow' as const,
          },
        ]
      : []),
    ...(few === '' ? [] : [{ kind: 'text' as const, text: few, tone: 'dim' as const }]),
  ];
  return {
    blocks: [
      { kind: 'text', text: matching === 0 ? 'No trace passes the filter: nothing was sent.' : first },
      ...notes,
      ...(figures.length === 0 ? [] : [figuresTable(figures)]),
      ...(sameTools.length === 0
        ? []
        : [
            {
              kind: 'text' as const,
              text: `The same tools were called in ${same} of ${cell.amount(sameTools.length, 'trace')} that call tools.`,
            },
          ]),
      ...[...oneSided].map(([name, count]) => ({
        kind: 'text' as const,
        text: `${name} applies to one side alone in ${cell.amount(count, 'trace')}, which it does not compare.`,
        tone: 'dim' as const,
      })),
      ...exampleBlocks(pairs, figures, options.examples),
      ...reasonBlock('Left out', skipped),
      ...reasonBlock('Diverged: the program asked for something that was not recorded', diverged),
      ...reasonBlock('Not finished', end.unfinished),
      ...reasonBlock('Evaluators that failed', judgeFailures),
    ],
    data: {
      experiment: options.experiment,
      out: options.out,
      seed: options.seed,
      matching,
      sample: traces.length,
      compared: pairs.length,
      left,
      spentUsd,
      stopped: end.stopped,
      figures,
      sameTools: { same, of: sameTools.length },
      skipped: Object.fromEntries(skipped),
      diverged: Object.fromEntries(diverged),
      unfinished: Object.fromEntries(end.unfinished),
      judgeFailures: Object.fromEntries(judgeFailures),
      pairs: pairs.map(({ before, after, ...ids }) => ({
        ...ids,
        recorded: { ...before, scores: Object.fromEntries(before.scores) },
        rerun: { ...after, scores: Object.fromEntries(after.scores) },
      })),
    },
    isOk: pairs.length > 0,
    isComplete: left === 0,
  };
}
