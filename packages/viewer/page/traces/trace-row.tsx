/** One row of the list of traces, and its columns. */

import type { TraceRow as Trace } from '../../src/contract/index.ts';
import { formatCount, formatDuration, formatScore, formatSum, formatTime } from '../format.ts';
import { go, scope } from '../route.ts';
import { rowId } from '../ui/virtual-list.tsx';
import { chosen, toggle } from './chosen.ts';
import type { ListColumn } from './list-page.tsx';

export const COLUMNS: readonly ListColumn[] = [
  { name: 'Chosen', class: 'c-choice', title: 'Chosen for a data set (Space)' },
  { name: 'Trace', class: 'c-name' },
  { name: 'Start', order: 'start', class: 'c-start' },
  { name: 'Duration', order: 'duration', class: 'c-duration' },
  {
    name: 'First token',
    order: 'ttft',
    class: 'c-number',
    title: 'From the start of the trace to the first token of a model call',
  },
  { name: 'Spans', order: 'spans', class: 'c-number' },
  { name: 'Errors', order: 'errors', class: 'c-number' },
  { name: 'Tokens', order: 'tokens', class: 'c-number' },
  { name: 'Cost', order: 'cost', class: 'c-cost' },
  { name: 'Model', class: 'c-model' },
  { name: 'Route', class: 'c-model' },
  { name: 'Session', class: 'c-session' },
  { name: 'Scores', order: 'score', class: 'c-session', title: 'Scores; sorted by the lowest' },
];

export function TraceRow({
  row,
  index,
  isSelected,
  isMarked,
  longestMs,
}: {
  readonly row: Trace | undefined;
  readonly index: number;
  readonly isSelected: boolean;
  /** It was chosen for a diff. */
  readonly isMarked: boolean;
  readonly longestMs: number;
}) {
  const cells: Readonly<Record<string, unknown>> =
    row === undefined
      ? { Trace: '…' }
      : {
          Chosen: (
            <input
              type="checkbox"
              aria-label={`Choose ${row.name}`}
              tabIndex={-1}
              checked={chosen.value.has(row.traceId)}
              onClick={(event) => {
                event.stopPropagation();
                toggle(row.traceId);
              }}
            />
          ),
          Trace: (
            <>
              <span class={row.status === 'error' ? 'dot bad' : row.errors > 0 ? 'dot warn' : 'dot'} />
              {isMarked && <span class="mark badge">A</span>}
              <span class="name">{row.name}</span>
              {row.hasRoot !== true && <span class="note">root not in the log</span>}
            </>
          ),
          Start: formatTime(row.startMs),
          Duration: (
            <>
              <span class="meter" style={{ width: `${(44 * (row.durationMs ?? 0)) / longestMs}px` }} />
              {row.durationMs === undefined ? '' : formatDuration(row.durationMs)}
            </>
          ),
          'First token': row.ttftMs === undefined ? '' : formatDuration(row.ttftMs),
          Spans: formatCount(row.spans),
          Errors: row.errors > 0 ? <span class="bad">{formatCount(row.errors)}</span> : '',
          Tokens: row.tokens > 0 ? formatCount(row.tokens) : '',
          Cost: formatSum(row),
          Model: row.models.join(', '),
          Route: row.route ?? '',
          Session: row.sessionId ?? row.userId ?? '',
          Scores: (row.scores ?? []).map(({ name, value }) => `${name} ${formatScore(value)}`).join(', '),
        };
  return (
    <div
      class={isSelected ? 'row selected' : 'row'}
      role="row"
      id={rowId('traces', index)}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={({ ctrlKey, metaKey, shiftKey }) => {
        if (row === undefined) return;
        if (ctrlKey || metaKey || shiftKey) toggle(row.traceId);
        else go('trace', row.traceId, scope());
      }}
    >
      {COLUMNS.map(({ name, class: className }) => (
        <div key={name} class={className} role="gridcell">
          {cells[name] as never}
        </div>
      ))}
    </div>
  );
}
