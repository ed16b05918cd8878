/** The list of traces. */

import { useSignal } from '@preact/signals';
import { formatCount } from '../format.ts';
import { addressOf, go, scope } from '../route.ts';
import { VirtualList } from '../ui/virtual-list.tsx';
import { toggle } from './chosen.ts';
import { DatasetButton } from './dataset-button.tsx';
import { Histogram } from './histogram.tsx';
import { Fault, ListBar, ListHead, Summary } from './list-page.tsx';
import { traces } from './list-state.ts';
import { COLUMNS, TraceRow } from './trace-row.tsx';
import { useList } from './use-list.ts';

const ROW = 30;

const isFiltered = (): boolean => Object.values(scope()).some((value) => value !== '');

export function TracesPage() {
  const { selected, now, total } = useList(traces);
  const marked = useSignal('');
  let longestMs = 1;
  for (let index = 0; index < Math.min(total, 400); index++)
    longestMs = Math.max(longestMs, traces.rowAt(index)?.durationMs ?? 0);
  /** The first trace is kept, the second one opens the diff. */
  const compare = (traceId: string | undefined): void => {
    const first = marked.value;
    if (traceId === undefined) return;
    if (first === '' || first === traceId) marked.value = first === '' ? traceId : '';
    else location.hash = addressOf({ page: 'diff', id: first, parameters: { ...scope(), with: traceId } });
  };
  return (
    <main class="page traces">
      <h1 class="unseen">Traces</h1>
      <ListBar>
        <Summary
          text={`${formatCount(total)} ${total === 1 ? 'trace' : 'traces'}${now?.isCut === true ? ', the newest' : ''}`}
          state={now?.state}
        />
        <DatasetButton />
        <button
          type="button"
          class="quiet"
          aria-pressed={marked.value !== ''}
          title="The differences of two traces: choose one, then another (x)"
          onClick={() => compare(traces.rowAt(selected.value)?.traceId)}
        >
          {marked.value === '' ? 'Compare this trace' : 'Compare with this trace'}
        </button>
      </ListBar>
      <Fault message={traces.fault.value?.message} />
      {now !== undefined && now.histogram.length > 1 && <Histogram bars={now.histogram} barMs={now.barMs} />}
      {now !== undefined && total === 0 && now.state.isComplete ? (
        <div class="empty">
          <h2>No traces</h2>
          <p>
            {isFiltered() ? 'No span passes this filter.' : 'The log has no spans yet.'} Spans appear here as soon as
            their lines are written.
          </p>
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
            const row = traces.rowAt(index);
            if (row !== undefined) go('trace', row.traceId, scope());
          }}
          onKey={(pressed, index) => {
            const traceId = traces.rowAt(index)?.traceId;
            if (pressed === 'x') compare(traceId);
            else if (pressed === ' ' && traceId !== undefined) toggle(traceId);
            else return false;
            return true;
          }}
          onWindow={traces.show}
          head={<ListHead columns={COLUMNS} kind="" />}
          row={(index) => (
            <TraceRow
              key={index}
              row={traces.rowAt(index)}
              index={index}
              isSelected={index === selected.value}
              isMarked={marked.value !== '' && traces.rowAt(index)?.traceId === marked.value}
              longestMs={longestMs}
            />
          )}
        />
      )}
    </main>
  );
}
