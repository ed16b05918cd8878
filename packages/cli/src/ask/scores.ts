/** `spanline scores`: scores by name, and the lowest ones. */

import { type Agreement, agreementOf, type ScoreGroup, scoresOf } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { cutNote, limitOf } from './limit.ts';

const HELP = `spanline scores [source] [filter]

Scores of evaluations and users: how they are spread, by name, and the lowest ones with their traces. A filter is about
the lines of scores: gen_ai.evaluation.name:thumbs score<0.5

  --limit n       at most n scores (20)
  --agreement     how far judges agree with people who scored the same spans: Cohen's kappa, of numbers weighted by
                  the square of the difference, with an interval of 95 %
`;

const USUAL_LIMIT = 20;
const DIGITS = 4;

const score = (value: number | undefined): string =>
  value === undefined ? '' : String(Number(value.toPrecision(DIGITS)));

const labelsOf = ({ labels }: ScoreGroup): string =>
  Object.entries(labels)
    .map(([label, count]) => `${label} ${count}`)
    .join(', ');

function groupColumns(groups: readonly ScoreGroup[]): FilledColumn[] {
  return [
    { head: 'score', isFlexible: true, cells: groups.map(({ name }) => name) },
    { head: 'count', align: 'right', cells: groups.map(({ count }) => cell.count(count)) },
    { head: 'mean', align: 'right', cells: groups.map(({ mean }) => score(mean)) },
    { head: 'lowest', align: 'right', drop: 1, cells: groups.map(({ lowest }) => score(lowest)) },
    { head: 'highest', align: 'right', drop: 1, cells: groups.map(({ highest }) => score(highest)) },
    { head: 'labels', isFlexible: true, drop: 2, cells: groups.map(labelsOf) },
  ];
}

function scoreColumns(scores: readonly SpanRecord[]): FilledColumn[] {
  return [
    {
      head: 'time (UTC)',
      drop: 2,
      cells: scores.map((row) => cell.time(Date.parse(row['@timestamp'] ?? '') || undefined)),
    },
    { head: 'trace', cells: scores.map(({ trace_id: id }) => cell.id(id)) },
    { head: 'score', isFlexible: true, cells: scores.map((row) => row['gen_ai.evaluation.name'] ?? '') },
    { head: 'value', align: 'right', cells: scores.map((row) => score(row['gen_ai.evaluation.score.value'])) },
    { head: 'label', drop: 3, isFlexible: true, cells: scores.map((row) => row['spanline.evaluation.label'] ?? '') },
    { head: 'source', drop: 4, cells: scores.map((row) => row['spanline.evaluation.source'] ?? '') },
    {
      head: 'explanation',
      drop: 1,
      isFlexible: true,
      least: 20,
      cells: scores.map((row) => row['gen_ai.evaluation.explanation'] ?? ''),
    },
  ];
}

const toData = (row: SpanRecord): object => ({
  time: row['@timestamp'],
  traceId: row.trace_id,
  spanId: row.span_id,
  requestId: row['http.request.id'],
  name: row['gen_ai.evaluation.name'],
  value: row['gen_ai.evaluation.score.value'],
  label: row['spanline.evaluation.label'],
  source: row['spanline.evaluation.source'],
  explanation: row['gen_ai.evaluation.explanation'],
});

const intervalText = ({ interval }: Agreement): string =>
  interval === undefined ? '' : `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`;

/** The report of `--agreement`. */
function agreementReport(rows: readonly Agreement[]): Report {
  const columns: FilledColumn[] = [
    { head: 'score', isFlexible: true, cells: rows.map(({ name }) => name) },
    { head: 'source', cells: rows.map(({ source }) => source) },
    { head: 'pairs', align: 'right', cells: rows.map(({ pairs }) => cell.count(pairs)) },
    { head: 'same', align: 'right', cells: rows.map(({ same }) => `${Math.round(same * 100)} %`) },
    { head: 'kappa', align: 'right', cells: rows.map(({ kappa }) => kappa?.toFixed(2) ?? '') },
    { head: '95 %', align: 'right', cells: rows.map(intervalText) },
  ];
  const blocks: Block[] =
    rows.length === 0
      ? [{ kind: 'text', text: 'No span has scores of one name from both a person and a judge.' }]
      : [{ kind: 'table', columns }];
  return { blocks, data: { agreement: rows }, isOk: rows.length > 0 };
}

/** Runs `spanline scores`. */
export const scores = defineQuestion({
  name: 'scores',
  help: HELP,
  flags: { limit: 'text', agreement: 'switch' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    if (flags.agreement === true) return agreementReport(await agreementOf(query.records(filter, read)));
    const found = await scoresOf(query.records(filter, read), limitOf(flags.limit, USUAL_LIMIT));
    const note = cutNote(found.scores.length, found.count, 'scores');
    const blocks: Block[] =
      found.count === 0
        ? [{ kind: 'text', text: 'No scores pass.' }]
        : [
            { kind: 'table', columns: groupColumns(found.groups) },
            { kind: 'table', columns: scoreColumns(found.scores) },
            ...(note === '' ? [] : [{ kind: 'text' as const, text: note, tone: 'dim' as const }]),
          ];
    return {
      blocks,
      data: { count: found.count, groups: found.groups, scores: found.scores.map(toData) },
      isOk: found.count > 0,
    };
  },
});
