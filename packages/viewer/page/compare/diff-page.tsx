/** Two traces, step by step, with the inputs that differ. */

import { useState } from 'preact/hooks';
import type { DiffAnswer, DiffRow, DiffSide, DiffTrace } from '../../src/contract/index.ts';
import {
  formatBill,
  formatCount,
  formatDifference,
  formatDuration,
  formatSum,
  formatTime,
  formatTokens,
} from '../format.ts';
import { type Column, TablePage } from '../lists/data-table.tsx';
import { traceAt } from '../lists/links.ts';
import { route } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { commonEnds } from './common-ends.ts';

const INDENT = 14;

/** A text whose part between the common ends is marked. */
function Marked({ text, start, end }: { readonly text: string; readonly start: number; readonly end: number }) {
  return (
    <div class="text mono">
      {text.slice(0, start)}
      <mark>{text.slice(start, text.length - end)}</mark>
      {end > 0 && text.slice(-end)}
    </div>
  );
}

function Changes({ changes }: Pick<DiffRow, 'changes'>) {
  return (
    <>
      {changes.map(({ key, before, after }) => {
        const common = commonEnds(before ?? '', after ?? '');
        return (
          <section key={key} class="change">
            <h2>{key}</h2>
            <div class="sides">
              {before === undefined ? <p class="note">absent</p> : <Marked text={before} {...common} />}
              {after === undefined ? <p class="note">absent</p> : <Marked text={after} {...common} />}
            </div>
          </section>
        );
      })}
    </>
  );
}

function factsOf(side: DiffSide | undefined): string {
  if (side === undefined) return '—';
  const tokens = formatTokens(side.inputTokens, side.outputTokens);
  const cost = formatBill(side.costUsd, side.costBound);
  const duration = side.durationMs === undefined ? '' : formatDuration(side.durationMs);
  return [duration, tokens, cost, side.error ?? ''].filter(Boolean).join(' · ');
}

function apart(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return '';
  return formatDifference(after - before, formatDuration);
}

const columnsOf = (
  { before, after }: DiffAnswer,
  open: string,
  toggle: (key: string) => void,
): readonly Column<DiffRow & { readonly key: string }>[] => {
  const cell = (trace: DiffTrace, side: DiffSide | undefined) =>
    side === undefined ? (
      <span class="note">—</span>
    ) : (
      <a class={side.status === 'error' ? 'bad' : undefined} href={traceAt(trace.id, side.spanId)}>
        {factsOf(side)}
      </a>
    );
  return [
    {
      head: 'Step',
      cell: ({ step, depth, before: one, after: other }) => (
        <span
          class={one === undefined ? 'added' : other === undefined ? 'removed' : undefined}
          style={{ paddingLeft: `${Math.min(depth, 20) * INDENT}px` }}
        >
          {one === undefined ? '+ ' : other === undefined ? '− ' : ''}
          {step}
        </span>
      ),
    },
    { head: 'A', isNumber: true, cell: ({ before: side }) => cell(before, side) },
    { head: 'B', isNumber: true, cell: ({ after: side }) => cell(after, side) },
    {
      head: 'Difference',
      isNumber: true,
      cell: ({ before: one, after: other }) => apart(one?.durationMs, other?.durationMs),
    },
    {
      head: 'Inputs',
      cell: ({ changes, key }) =>
        changes.length > 0 && (
          <button type="button" aria-expanded={open === key} onClick={() => toggle(open === key ? '' : key)}>
            {changes.length} changed
          </button>
        ),
    },
  ];
};

function Figures({ name, trace }: { readonly name: string; readonly trace: DiffTrace }) {
  return (
    <span>
      <strong>{name}</strong>{' '}
      <a href={traceAt(trace.id)}>
        {trace.name}, {formatTime(trace.startMs)}
      </a>
      : {formatDuration(trace.durationMs)}
      {trace.tokens > 0 && `, ${formatCount(trace.tokens)} tokens`}
      {trace.costUsd > 0 && `, ${formatSum(trace)}`}
      {trace.errors > 0 && (
        <span class="bad">
          , {formatCount(trace.errors)} {trace.errors === 1 ? 'error' : 'errors'}
        </span>
      )}
    </span>
  );
}

export function DiffPage() {
  const { id, parameters } = route.value;
  const path = `diff/${encodeURIComponent(id)}/${encodeURIComponent(parameters['with'] ?? '')}`;
  const { answer, fault } = useAnswer<DiffAnswer>(path);
  const [open, setOpen] = useState('');
  return (
    <TablePage
      title="Diff of two traces"
      columns={answer === undefined ? [] : columnsOf(answer, open, setOpen)}
      rows={answer?.steps.map((row, index) => ({ ...row, key: String(index) }))}
      keyOf={({ key }) => key}
      fault={fault}
      more={answer?.more ?? 0}
      none="The traces have no span."
      below={({ key, changes }) => (key === open ? <Changes changes={changes} /> : undefined)}
    >
      {answer !== undefined && (
        <>
          <Figures name="A" trace={answer.before} />
          <Figures name="B" trace={answer.after} />
        </>
      )}
    </TablePage>
  );
}
