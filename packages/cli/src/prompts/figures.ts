/** `spanline prompts`: figures of each version of a prompt, and the gate of a pipeline. */

import { type PromptChange, promptsOf, type PromptVersion } from '@spanline/query';
import { changeTone, differenceRange, estimateText, figureText } from '../figures.ts';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';

const HELP = `spanline prompts [source] [filter]
spanline prompts import <file | langfuse | langsmith> [name...]

Figures of the model calls with each version of a prompt: calls, latency, errors, cost and scores, with intervals of 95 %
whose units are traces. Then the newest version of each prompt beside the one before it: a mark stands where they differ,
also in view of the number of comparisons. A filter passes lines of model calls and of scores.

  --gate          exit code 1 if the newest version of a prompt is worse: slower, more expensive, with more errors, more
                  tokens or a lower score; a note says where there are too few traces
  --all           all comparisons, also those without a change
`;

/** Comparisons that the gate could not make. */
function gateNotes(changes: readonly PromptChange[]): string[] {
  if (changes.length === 0) return ['The gate has compared nothing: no prompt has two versions.'];
  const open = changes.filter(({ difference }) => difference.low === undefined).length;
  return open === 0
    ? []
    : [`Too few traces for ${cell.count(open)} of ${cell.amount(changes.length, 'comparison')}: the gate passes them.`];
}

const figureOf = ({ figures }: PromptVersion, name: string): string => {
  const found = figures.find(({ figure, unit }) => figure === name && unit !== 'score');
  return found === undefined ? '' : estimateText(found, found.unit);
};

const versionText = ({ version, templates }: PromptVersion): string =>
  `${version ?? '(none)'}${templates.length > 1 ? ` · ${templates.length} texts` : ''}`;

function versionColumns(rows: readonly PromptVersion[]): FilledColumn[] {
  return [
    { head: 'prompt', isFlexible: true, cells: rows.map(({ name }) => name) },
    { head: 'version', isFlexible: true, cells: rows.map(versionText) },
    { head: 'calls', align: 'right', cells: rows.map(({ calls }) => cell.count(calls)) },
    { head: 'share', align: 'right', drop: 4, cells: rows.map(({ share }) => cell.percent(share)) },
    { head: 'p50', align: 'right', drop: 3, cells: rows.map((row) => figureOf(row, 'p50_ms')) },
    { head: 'p95', align: 'right', drop: 5, cells: rows.map((row) => figureOf(row, 'p95_ms')) },
    { head: 'errors', align: 'right', drop: 2, cells: rows.map((row) => figureOf(row, 'error_rate')) },
    { head: 'cost a call', align: 'right', drop: 1, cells: rows.map((row) => figureOf(row, 'cost_usd')) },
    {
      head: 'cost',
      align: 'right',
      drop: 6,
      cells: rows.map(({ costUsd, unknownCosts }) => cell.costAtLeast(costUsd, unknownCosts)),
    },
  ];
}

function scoreBlocks(rows: readonly PromptVersion[]): Block[] {
  const scores = rows.flatMap((row) =>
    row.figures.filter(({ unit }) => unit === 'score').map((figure) => ({ row, figure })),
  );
  if (scores.length === 0) return [];
  const columns: FilledColumn[] = [
    { head: 'prompt', isFlexible: true, cells: scores.map(({ row }) => row.name) },
    { head: 'version', isFlexible: true, cells: scores.map(({ row }) => row.version ?? '(none)') },
    { head: 'score', isFlexible: true, cells: scores.map(({ figure }) => figure.figure) },
    { head: 'count', align: 'right', cells: scores.map(({ figure }) => cell.count(figure.count)) },
    { head: 'mean', align: 'right', cells: scores.map(({ figure }) => estimateText(figure, 'score')) },
  ];
  return [{ kind: 'table', columns }];
}

function changeBlocks(changes: readonly PromptChange[], isAll: boolean): Block[] {
  if (changes.length === 0) return [];
  const shown = isAll ? changes : changes.filter(({ isChange }) => isChange);
  if (shown.length === 0) {
    const text = `The newest versions do not differ from the ones before in ${cell.amount(changes.length, 'comparison')}.`;
    return [{ kind: 'text', text }];
  }
  const columns: FilledColumn[] = [
    { head: '', cells: shown.map((change) => (change.isChange ? { text: '●', tone: changeTone(change) } : '')) },
    { head: 'prompt', isFlexible: true, cells: shown.map(({ name }) => name) },
    {
      head: 'versions',
      isFlexible: true,
      cells: shown.map(({ before, after }) => `${before.version ?? '(none)'} → ${after.version ?? '(none)'}`),
    },
    { head: 'figure', cells: shown.map(({ title }) => title) },
    { head: 'before', align: 'right', cells: shown.map(({ before, unit }) => figureText(before.value, unit)) },
    { head: 'after', align: 'right', cells: shown.map(({ after, unit }) => figureText(after.value, unit)) },
    {
      head: 'difference (95 %)',
      align: 'right',
      cells: shown.map((change) => ({
        text: differenceRange(change.difference, change.unit),
        tone: changeTone(change),
      })),
    },
  ];
  return [{ kind: 'table', columns }];
}

/** The question of `spanline prompts`. */
export const prompts = defineQuestion({
  name: 'prompts',
  help: HELP,
  flags: { all: 'switch', gate: 'switch' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const { versions, changes, leftOut } = await promptsOf(query.records(filter, read));
    const worse = changes.filter(({ isWorse }) => isWorse);
    const data = { versions, changes, leftOut };
    if (versions.length === 0) {
      const text = 'No model call names its prompt.';
      return { blocks: [{ kind: 'text', text }], data, isOk: false };
    }
    const notes = leftOut === 0 ? [] : [`Left out beyond the limits: ${cell.count(leftOut)} calls and scores.`];
    if (flags.gate === true) notes.push(...gateNotes(changes));
    return {
      blocks: [
        { kind: 'table', columns: versionColumns(versions) },
        ...scoreBlocks(versions),
        ...changeBlocks(changes, flags.all === true),
        ...notes.map((text): Block => ({ kind: 'text', text, tone: 'yellow' })),
      ],
      data,
      isOk: flags.gate !== true || worse.length === 0,
    };
  },
});
