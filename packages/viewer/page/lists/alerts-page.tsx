/** Alerts of the log, and for each one what `spanline explain` finds. */

import { useState } from 'preact/hooks';
import type { AlertRow, AlertsAnswer, CausesAnswer } from '../../src/contract/index.ts';
import { formatCost, formatCount, formatDuration, formatScore, formatShare, formatTime } from '../format.ts';
import { scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { type Column, TablePage } from './data-table.tsx';
import { traceAt } from './links.ts';

const DIGITS = 3;
const MAX_PARTS = 5;

/** A value of a measure, in its unit. */
function valueOf(measure: string, value: number): string {
  if (measure === 'duration' || measure === 'first_token') return formatDuration(value);
  if (measure === 'cost') return formatCost(value);
  if (measure === 'failure') return formatShare(value);
  return measure === 'tokens' ? formatCount(Math.round(value)) : formatScore(value);
}

function Causes({ id }: { readonly id: string }) {
  const { answer, fault } = useAnswer<CausesAnswer>(`causes/${encodeURIComponent(id)}`);
  if (fault !== undefined) return <p class="fault">{fault.message}</p>;
  if (answer === undefined) return <p class="note">Reading…</p>;
  const { measure, bad, good, tested, causes, parts, traceIds } = answer;
  return (
    <>
      {causes.length === 0 && (
        <p>
          No cause found: of {formatCount(tested)} conditions, none picks the {bad} bad traces more often than chance
          does.
        </p>
      )}
      {causes.map((cause) => (
        <p key={`${cause.step} ${cause.text}`}>
          <strong>
            {cause.step}: {cause.text}
          </strong>
          , in {cause.bad} of {bad} bad traces and {cause.good} of {good} others. Lift {formatScore(cause.lift)} (
          {formatScore(cause.liftLow)} to {formatScore(cause.liftHigh)}), p {cause.p.toFixed(DIGITS)}.
        </p>
      ))}
      {parts.slice(0, MAX_PARTS).map(({ step, bad: own, good: usual, share }) => (
        <p key={step} class="note">
          {step}: {valueOf(measure, own)} instead of {valueOf(measure, usual)}, {formatShare(share)} of the difference
        </p>
      ))}
      <p>
        {traceIds.map((trace, index) => (
          <a key={trace} href={traceAt(trace)} class="more">
            {index === 0 ? 'the worst trace' : `trace ${index + 1}`}
          </a>
        ))}
      </p>
    </>
  );
}

/** The id to explain: of the line if the alert fired with it, else of its incident. */
function incidentOf({ id = '', key = id, event }: AlertRow): string {
  return event === 'fired' || event === 'repeated' ? id : key;
}

const COLUMNS: readonly Column<AlertRow>[] = [
  { head: 'Time', cell: ({ timeMs }) => formatTime(timeMs) },
  { head: 'Rule', cell: ({ name }) => name },
  {
    head: 'State',
    cell: ({ event = '', state = '', severity }) => (
      <span class={state === 'ALERT' && severity === 'critical' ? 'bad' : undefined}>
        {event} {severity}
      </span>
    ),
  },
  { head: 'Step', cell: ({ step = '' }) => step },
  { head: 'Metric', cell: ({ metric = '' }) => metric },
  { head: 'Value', isNumber: true, cell: ({ value }) => (value === undefined ? '' : formatScore(value)) },
  {
    head: 'Threshold',
    isNumber: true,
    cell: ({ threshold }) => (threshold === undefined ? '' : formatScore(threshold)),
  },
];

export function AlertsPage() {
  const { answer, fault } = useAnswer<AlertsAnswer>('alerts', scope());
  const [open, setOpen] = useState('');
  const why: Column<AlertRow> = {
    head: 'Cause',
    cell: ({ id }) =>
      id !== undefined && (
        <button type="button" aria-expanded={open === id} onClick={() => setOpen(open === id ? '' : id)}>
          Why?
        </button>
      ),
  };
  return (
    <TablePage
      title="Alerts"
      columns={[...COLUMNS, why]}
      rows={answer?.rows}
      keyOf={({ id = '', timeMs = 0, name }) => `${id} ${timeMs} ${name}`}
      fault={fault}
      more={answer?.more ?? 0}
      none="No rule has fired in this log."
      below={(row) => (row.id !== undefined && row.id === open ? <Causes id={incidentOf(row)} /> : undefined)}
    />
  );
}
