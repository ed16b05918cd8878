/** The list of traces. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { TRACE_ORDERS, type TraceOrder, type TraceRow } from '../../src/contract.ts';
import { formatCost, formatCount, formatDuration, formatShare, formatTime } from '../format.ts';
import { change, go, route, scope } from '../route.ts';
import { rowId, VirtualList } from '../ui/virtual-list.tsx';
import { Histogram } from './histogram.tsx';
import { fault, figures, follow, isLive, revision, rowAt, show } from './list-state.ts';

const ROW = 30;

interface Column {
  readonly name: string;
  readonly order?: TraceOrder;
  readonly class: string;
}

const COLUMNS: readonly Column[] = [
  { name: 'Trace', class: 'c-name' },
  { name: 'Start', order: 'start', class: 'c-start' },
  { name: 'Duration', order: 'duration', class: 'c-duration' },
  { name: 'Spans', order: 'spans', class: 'c-spans' },
  { name: 'Errors', order: 'errors', class: 'c-errors' },
  { name: 'Tokens', order: 'tokens', class: 'c-tokens' },
  { name: 'Cost', order: 'cost', class: 'c-cost' },
  { name: 'Model', class: 'c-model' },
  { name: 'Session', class: 'c-session' },
];

const orderNow = (): TraceOrder => TRACE_ORDERS.find((order) => order === route.value.parameters['order']) ?? 'start';

function Head() {
  return (
    <div class="row head" role="row" aria-rowindex={1}>
      {COLUMNS.map(({ name, order, class: className }) => (
        <div
          key={name}
          class={className}
          role="columnheader"
          aria-sort={order === orderNow() ? 'descending' : undefined}
        >
          {order === undefined ? (
            name
          ) : (
            <button type="button" tabIndex={-1} onClick={() => change({ order: order === 'start' ? '' : order })}>
              {name}
              {order === orderNow() ? ' ↓' : ''}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function Row({
  row,
  index,
  isSelected,
  longestMs,
}: {
  readonly row: TraceRow | undefined;
  readonly index: number;
  readonly isSelected: boolean;
  readonly longestMs: number;
}) {
  const cells: Readonly<Record<string, unknown>> =
    row === undefined
      ? { 'c-name': '…' }
      : {
          'c-name': (
            <>
              <span class={row.status === 'error' ? 'dot bad' : row.errors > 0 ? 'dot warn' : 'dot'} />
              <span class="name">{row.name}</span>
              {row.hasRoot !== true && <span class="note">root not in the log</span>}
            </>
          ),
          'c-start': formatTime(row.startMs),
          'c-duration': (
            <>
              <span class="meter" style={{ width: `${(44 * (row.durationMs ?? 0)) / longestMs}px` }} />
              {row.durationMs === undefined ? '' : formatDuration(row.durationMs)}
            </>
          ),
          'c-spans': formatCount(row.spans),
          'c-errors': row.errors > 0 ? <span class="bad">{formatCount(row.errors)}</span> : '',
          'c-tokens': row.tokens > 0 ? formatCount(row.tokens) : '',
          'c-cost': row.costUsd > 0 ? formatCost(row.costUsd) : '',
          'c-model': row.models.join(', '),
          'c-session': row.sessionId ?? row.userId ?? '',
        };
  return (
    <div
      class={isSelected ? 'row selected' : 'row'}
      role="row"
      id={rowId('traces', index)}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={() => row !== undefined && go('trace', row.traceId, scope())}
    >
      {COLUMNS.map(({ class: name }) => (
        <div key={name} class={name} role="gridcell">
          {cells[name] as never}
        </div>
      ))}
    </div>
  );
}

function Summary() {
  const now = figures.value;
  if (now === undefined)
    return (
      <p class="summary" role="status">
        Reading…
      </p>
    );
  const { total, state, isCut } = now;
  return (
    <p class="summary" role="status">
      {formatCount(total)} {total === 1 ? 'trace' : 'traces'}
      {isCut === true && ', the newest'}
      {!state.isComplete && ` so far, ${formatShare(state.share)} of the log read`}
      {state.badLines > 0 && ` · ${formatCount(state.badLines)} lines are no records`}
      {state.unread.length > 0 && ` · not readable: ${state.unread.join(', ')}`}
    </p>
  );
}

export function TracesPage() {
  const selected = useSignal(0);
  const { parameters } = route.value;
  const key = JSON.stringify([scope(), parameters['order']]);
  useEffect(follow, []);
  useEffect(() => {
    selected.value = 0;
    show(0, 60);
  }, [key]);
  void revision.value;

  const now = figures.value;
  const total = now?.total ?? 0;
  let longestMs = 1;
  for (let index = 0; index < Math.min(total, 400); index++)
    longestMs = Math.max(longestMs, rowAt(index)?.durationMs ?? 0);
  return (
    <main class="page traces">
      <h1 class="unseen">Traces</h1>
      <div class="bar-line">
        <Summary />
        <button type="button" class="quiet" aria-pressed={isLive.value} onClick={() => (isLive.value = !isLive.value)}>
          {isLive.value ? 'Live' : 'Paused'}
        </button>
      </div>
      {fault.value !== undefined && (
        <p class="fault" role="alert">
          {fault.value.message}
        </p>
      )}
      {now !== undefined && now.histogram.length > 1 && <Histogram bars={now.histogram} barMs={now.barMs} />}
      {now !== undefined && total === 0 && now.state.isComplete ? (
        <div class="empty">
          <h2>No traces</h2>
          <p>No span passes this filter. Spans appear here as soon as their lines are written.</p>
        </div>
      ) : (
        <VirtualList
          id="traces"
          label="Traces"
          role="grid"
          count={total}
          rowHeight={ROW}
          selected={selected.value}
          onSelect={(index) => (selected.value = index)}
          onOpen={(index) => {
            const row = rowAt(index);
            if (row !== undefined) go('trace', row.traceId, scope());
          }}
          onWindow={show}
          head={<Head />}
          row={(index) => (
            <Row
              key={index}
              row={rowAt(index)}
              index={index}
              isSelected={index === selected.value}
              longestMs={longestMs}
            />
          )}
        />
      )}
    </main>
  );
}
