/** `spanline explain`: compares bad traces with good ones, and names what the bad ones have in common. */

import type { Cause, CauseSplit, Explanation } from '@spanline/query';
import { type Block, cell, type FilledColumn, type Report, STEP_WIDTH } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { EXPLAIN_FLAGS, hasMeasure, readQuestion } from './explain-flags.ts';
import { describeDivision, subjectOf, wordsOf } from './explain-words.ts';

const HELP = `spanline explain [source] <alert>
spanline explain [source] [filter] --slow <step>

Compares the bad traces with the good ones, and names what the bad ones have in common. An alert is a line of the log,
the key of an incident (spanline.alert.dedup_key), the id of an alert line (event.id), or the name of a rule.

  --slow step        spans that take long; "requests" for requests, * and ? are wildcards
  --slow-start step  model calls whose first token comes late
  --expensive step   spans that cost much, with everything below them
  --tokens step      spans that use many tokens, with everything below them
  --failing step     spans that fail
  --low score        spans with a low score; --step names them
  --high score       spans with a high score, such as hallucination
  --over value       bad means beyond this value: 2s, $0.05, 4k, 0.7
`;

const TIMES_DIGITS = 3;

/** A factor: `55×`. */
const times = (value: number): string => `${Number(value.toPrecision(TIMES_DIGITS))}×`;

/** A condition with its step. */
const conditionOf = ({ subject, text }: CauseSplit): string => `${subject.step}: ${text}`;

/** Most conditions that are shown beside a cause. */
const MAX_LIKE = 5;

function likeTable(like: readonly CauseSplit[], { bad, good, question }: Explanation): Block[] {
  const rows = like.slice(0, MAX_LIKE);
  if (rows.length === 0) return [];
  const column = (head: string, read: (split: CauseSplit) => string, drop = 0): FilledColumn => ({
    head,
    align: 'right',
    drop,
    cells: rows.map(read),
  });
  return [
    {
      kind: 'table',
      columns: [
        { head: 'much the same traces', isFlexible: true, least: 40, cells: rows.map(conditionOf) },
        column(`${wordsOf(question).bad} (${bad})`, (split) => String(split.bad)),
        column(`others (${good})`, (split) => String(split.good)),
        column('lift', ({ lift }) => times(lift), 2),
        column('p', ({ p }) => p.toFixed(3), 1),
      ],
    },
  ];
}

function causeBlock(cause: Cause, answer: Explanation): Block[] {
  const { bad, good, lift, liftInterval, p, support } = cause;
  const word = wordsOf(answer.question).bad;
  const interval = `${times(liftInterval.low)} to ${times(liftInterval.high)}`;
  const text = `${bad} of ${answer.bad} ${word} traces (${cell.percent(support)}), and ${good} of ${answer.good} ${answer.good === 1 ? 'other' : 'others'}. Lift ${times(lift)} (${interval}), p ${p.toFixed(3)}.`;
  return [{ kind: 'heading', text: conditionOf(cause) }, { kind: 'text', text }, ...likeTable(cause.like, answer)];
}

function partsTable({ parts, question }: Explanation): Block[] {
  const { parts: title, bad, format } = wordsOf(question);
  const shown = parts.filter(({ share }) => Math.abs(share) >= 0.005);
  if (shown.length === 0 || title === '') return [];
  const step: FilledColumn = {
    head: 'step',
    isFlexible: true,
    least: STEP_WIDTH,
    cells: shown.map((part) => part.step),
  };
  const column = (head: string, cells: string[]): FilledColumn => ({ head, align: 'right', cells });
  return [
    { kind: 'heading', text: title },
    {
      kind: 'table',
      columns: [
        step,
        column(
          bad,
          shown.map((part) => format(part.bad)),
        ),
        column(
          'others',
          shown.map((part) => format(part.good)),
        ),
        column(
          'of the difference',
          shown.map(({ share }) => cell.percent(share)),
        ),
      ],
    },
  ];
}

function causeBlocks(answer: Explanation): Block[] {
  const { causes, bad, good, tested, question, traces } = answer;
  if (traces === 0) return [];
  if (bad < 2 || good < 2) {
    const side = bad < 2 ? `${wordsOf(question).bad} traces` : 'others';
    return [{ kind: 'text', text: `Nothing to compare: at least two ${side} are needed.` }];
  }
  if (causes.length > 0) return causes.flatMap((cause) => causeBlock(cause, answer));
  const text = `No cause found: of ${cell.amount(tested, 'condition')}, none picks the ${wordsOf(question).bad} traces more often than chance does (p > 0.05).`;
  return [{ kind: 'text', text }];
}

function blocksOf(answer: Explanation): Block[] {
  const { question, failures, traceIds } = answer;
  const failed = failures.map(({ type, bad: count }) => `${count} with ${type}`).join(', ');
  return [
    { kind: 'heading', text: `Why ${subjectOf(question)}: ${wordsOf(question).bad}` },
    { kind: 'text', text: `${describeDivision(answer)}${failed === '' ? '' : ` Failed: ${failed}.`}` },
    ...causeBlocks(answer),
    ...partsTable(answer),
    ...(traceIds.length === 0
      ? []
      : [{ kind: 'facts' as const, facts: traceIds.slice(0, 3).map((id) => ['trace', id] as const) }]),
  ];
}

/** Runs `spanline explain`. */
export const explain = defineQuestion({
  name: 'explain',
  help: HELP,
  flags: EXPLAIN_FLAGS,
  words: (flags) => (hasMeasure(flags) ? 0 : 1),
  async answer({ query, filter, words, flags, read }): Promise<Report> {
    const question = await readQuestion(query, flags, words[0], read);
    const answer = await query.explain(question, filter, read);
    return { blocks: blocksOf(answer), data: answer, isOk: answer.causes.length > 0 };
  },
});
