/** The blocks of `spanline diff`. */

import type { AlignedStep, ChangedInput, ComparedFigure, Comparison } from '@spanline/query';
import { changeTone, differenceRange, differenceText, figureText } from '../figures.ts';
import { type Block, cell, type FilledColumn, STEP_WIDTH } from '../report/index.ts';

/** A figure of one side; `≥` where it is a lower bound. */
function valueOf({ value, isLeast }: ComparedFigure['before'], unit: ComparedFigure['unit']): string {
  return `${isLeast === true ? '≥' : ''}${figureText(value, unit)}`;
}

/** Requests whose costs are lower bounds. */
function unknownCostBlocks({ before, after }: Comparison['unknownCosts']): Block[] {
  if (before + after === 0) return [];
  const sides = `${cell.amount(before, 'request')} before and ${cell.count(after)} after`;
  const text = `≥: the cost of a model call is not known in ${sides}. Costs of requests are lower bounds.`;
  return [{ kind: 'text', text, tone: 'yellow' }];
}

interface Row {
  readonly step: string;
  readonly figure: ComparedFigure;
}

/** The table of a comparison of two logs. */
export function comparisonBlocks(comparison: Comparison, isAll: boolean): Block[] {
  const { before, after, steps, compared, unknownCosts } = comparison;
  const sides = `${cell.amount(before, 'trace')} before, ${cell.count(after)} after`;
  if (before === 0 || after === 0) return [{ kind: 'text', text: `Nothing to compare: ${sides}.` }];
  const all = steps.flatMap(({ step, figures }) =>
    figures.map((figure): Row => ({ step: step ?? '(requests)', figure })),
  );
  const rows = isAll ? all : all.filter(({ figure }) => figure.isChange);
  const column = (head: string, read: (figure: ComparedFigure) => string, drop = 0): FilledColumn => ({
    head,
    align: 'right',
    drop,
    cells: rows.map(({ figure }) => ({ text: read(figure), tone: changeTone(figure) })),
  });
  const gone = steps.filter((one) => one.before === 0 || one.after === 0);
  const table: Block = {
    kind: 'table',
    columns: [
      { head: 'step', isFlexible: true, least: STEP_WIDTH, cells: rows.map(({ step }) => step) },
      { head: 'figure', cells: rows.map(({ figure: { title } }) => title) },
      column('before', (one) => valueOf(one.before, one.unit)),
      column('after', (one) => valueOf(one.after, one.unit)),
      column('difference', ({ difference, unit }) => differenceText(difference.value, unit)),
      column('95 %', ({ difference, unit }) => differenceRange(difference, unit), 1),
      { head: '', cells: rows.map(({ figure }) => ({ text: figure.isChange ? '◀' : '', tone: changeTone(figure) })) },
    ],
  };
  const changed = all.filter(({ figure }) => figure.isChange).length;
  const hint = isAll || changed === compared ? '' : ' --all shows the others.';
  return [
    { kind: 'text', text: `${sides}. ${changed} of ${cell.amount(compared, 'figure')} changed.${hint}` },
    ...(rows.length === 0 ? [] : [table]),
    ...(rows.some(({ figure }) => figure.before.isLeast ?? figure.after.isLeast)
      ? unknownCostBlocks(unknownCosts)
      : []),
    ...(gone.length === 0
      ? []
      : [
          {
            kind: 'facts' as const,
            facts: gone.map(({ step, after: count }) => [count === 0 ? 'gone' : 'new', step ?? '(requests)'] as const),
          },
        ]),
  ];
}

const SHOWN = 60;

/** The places where two texts differ, with a little of what stands around them. */
function cut(one: string | undefined, other: string | undefined): [string, string] {
  const [a, b] = [one ?? '', other ?? ''];
  let from = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  const start = a.length <= SHOWN && b.length <= SHOWN ? 0 : Math.max(0, from - SHOWN / 3);
  const show = (text: string, isThere: boolean): string => {
    if (!isThere) return '(none)';
    const end = start + SHOWN;
    return `${start > 0 ? '…' : ''}${text.slice(start, end)}${text.length > end ? '…' : ''}`;
  };
  return [show(a, one !== undefined), show(b, other !== undefined)];
}

function changeBlock(step: string, changes: readonly ChangedInput[]): Block[] {
  const texts = changes.map(({ before, after }) => cut(before, after));
  return [
    { kind: 'heading', text: step },
    {
      kind: 'table',
      columns: [
        { head: 'input', isFlexible: true, cells: changes.map(({ key }) => key) },
        { head: 'before', isFlexible: true, cells: texts.map(([before]) => ({ text: before, tone: 'red' })) },
        { head: 'after', isFlexible: true, cells: texts.map(([, after]) => ({ text: after, tone: 'green' })) },
      ],
    },
  ];
}

/** The blocks of two traces. */
export function traceBlocks(steps: readonly AlignedStep[]): Block[] {
  const duration = (head: string, side: 'before' | 'after'): FilledColumn => ({
    head,
    align: 'right',
    cells: steps.map((one) => (one[side] === undefined ? '–' : cell.duration(one[side].duration_ms))),
  });
  const status = (head: string, side: 'before' | 'after'): FilledColumn => ({
    head,
    cells: steps.map((one) => {
      const text = one[side]?.['span.status'] ?? '';
      return text === 'ok' ? '' : { text, tone: 'red' as const };
    }),
  });
  const changed = steps.filter(({ changes }) => changes.length > 0);
  return [
    {
      kind: 'table',
      columns: [
        {
          head: 'step',
          isFlexible: true,
          cells: steps.map(({ step, depth, before, after }) => ({
            text: `${'  '.repeat(depth)}${before === undefined ? '+ ' : after === undefined ? '− ' : ''}${step}`,
            tone: before === undefined ? 'green' : after === undefined ? 'red' : 'plain',
          })),
        },
        duration('before', 'before'),
        duration('after', 'after'),
        status('status before', 'before'),
        status('after', 'after'),
        {
          head: 'inputs that differ',
          align: 'right',
          cells: steps.map(({ changes }) => cell.some(changes.length)),
        },
      ],
    },
    ...changed.flatMap(({ step, changes }) => changeBlock(step, changes)),
  ];
}
