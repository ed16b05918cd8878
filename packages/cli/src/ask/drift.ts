/** `spanline drift`: whether scores, answers, topics and refusals have changed. */

import { DRIFT_FIELDS, DRIFT_LEVEL, type DriftField, driftOf, type DriftRow } from '@spanline/query';
import { fail } from '../fail.ts';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { cutNote, limitOf } from './limit.ts';

const HELP = `spanline drift [source] [filter]

Whether scores, lengths of answers, topics of questions and refusals of a prompt version, a model or a day differ from
those that began before it. Numbers are compared by the two-sample Kolmogorov-Smirnov test, labels and keywords by
chi-square, from 20 samples on each side. Probabilities are corrected for all comparisons of the answer (Holm); drift is
below 5 %. A filter passes lines of model calls and of scores.

  --by fields     prompt.version,model,day (all)
  --all           all comparisons, also those without drift
  --limit n       at most n rows (50)
`;

const USUAL_LIMIT = 50;
const DIGITS = 3;

function fieldsOf(given: readonly string[] | undefined): readonly DriftField[] {
  if (given === undefined) return DRIFT_FIELDS;
  return given
    .flatMap((list) => list.split(','))
    .map((name) => DRIFT_FIELDS.find((field) => field === name.trim()) ?? fail('--by', DRIFT_FIELDS.join(', ')));
}

const number = (value: number): string => String(Number(value.toPrecision(DIGITS)));
const shown = ({ label }: DriftRow, value: number): string =>
  label === undefined ? number(value) : `${label} ${number(value * 100)} %`;

function columnsOf(rows: readonly DriftRow[]): FilledColumn[] {
  return [
    { head: 'by', cells: rows.map(({ field }) => field) },
    { head: 'value', isFlexible: true, cells: rows.map(({ value }) => value) },
    { head: 'measure', isFlexible: true, least: 18, cells: rows.map(({ measure }) => measure) },
    { head: 'before', align: 'right', cells: rows.map((row) => shown(row, row.before)) },
    { head: 'after', align: 'right', cells: rows.map((row) => shown(row, row.after)) },
    {
      head: 'samples',
      align: 'right',
      drop: 2,
      cells: rows.map(({ samples }) => `${cell.count(samples.before)}, ${cell.count(samples.after)}`),
    },
    { head: 'test', drop: 1, cells: rows.map(({ test, statistic }) => `${test} ${number(statistic)}`) },
    {
      head: 'p',
      align: 'right',
      cells: rows.map(({ p, isDrift }) => ({
        text: p < 0.0001 ? '<0.0001' : p.toFixed(4),
        tone: isDrift ? ('red' as const) : ('plain' as const),
      })),
    },
  ];
}

/** Runs `spanline drift`. */
export const drift = defineQuestion({
  name: 'drift',
  help: HELP,
  flags: { by: 'texts', all: 'switch', limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const [by, limit] = [fieldsOf(flags.by), limitOf(flags.limit, USUAL_LIMIT)];
    const { rows, tooFew, leftOut } = await driftOf(query.records(filter, read), { by });
    const found = flags.all === true ? rows : rows.filter(({ isDrift }) => isDrift);
    const kept = found.slice(0, limit);
    const sentence = rows.length === 0 ? 'Nothing to compare.' : `No drift in ${rows.length} comparisons.`;
    const notes = [
      cutNote(kept.length, found.length, 'comparisons'),
      tooFew === 0
        ? ''
        : `Left out for fewer than 20 samples on a side: ${tooFew} of ${rows.length + tooFew} comparisons.`,
      leftOut === 0 ? '' : `Left out beyond the first 200,000: ${leftOut} scores and ids of spans.`,
    ].filter((note) => note !== '');
    const first: Block =
      kept.length === 0 ? { kind: 'text', text: sentence } : { kind: 'table', columns: columnsOf(kept) };
    return {
      blocks: [first, ...notes.map((text) => ({ kind: 'text' as const, text, tone: 'dim' as const }))],
      data: {
        level: DRIFT_LEVEL,
        comparisons: rows.length,
        tooFew,
        leftOut,
        drift: rows.filter(({ isDrift }) => isDrift).length,
        rows: kept,
      },
      isOk: rows.length > 0,
    };
  },
});
