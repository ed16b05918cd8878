/** Traces by session, user, route, model or service. */

import type { GroupRow } from '../../src/contract/index.ts';
import { formatCount, formatDuration, formatSum, formatTime } from '../format.ts';
import { conditionOf } from '../lists/conditions.ts';
import { traceAt, tracesWith } from '../lists/links.ts';
import { route } from '../route.ts';
import { rowId, VirtualList } from '../ui/virtual-list.tsx';
import { Fault, ListBar, type ListColumn, ListHead, Summary } from './list-page.tsx';
import { groups } from './list-state.ts';
import { useList } from './use-list.ts';

const ROW = 30;

const titleOf = (by: string): string => by.charAt(0).toUpperCase() + by.slice(1);

const columnsOf = (by: string): readonly ListColumn[] => [
  { name: titleOf(by), class: 'c-name' },
  ...(by === 'session' ? [{ name: 'User', class: 'c-session' }] : []),
  { name: 'Last', order: 'start', class: 'c-start' },
  { name: 'Lasted', class: 'c-number' },
  { name: 'Traces', order: 'spans', class: 'c-number' },
  { name: 'Failed', order: 'errors', class: 'c-number' },
  { name: 'Slowest', order: 'duration', class: 'c-duration' },
  { name: 'Tokens', order: 'tokens', class: 'c-number' },
  { name: 'Cost', order: 'cost', class: 'c-cost' },
];

const valueOf = (by: string, { value }: GroupRow): string => tracesWith(conditionOf(by, value));

function cellsOf(by: string, row: GroupRow): Readonly<Record<string, unknown>> {
  const { startMs, endMs, slowestMs, slowestTraceId } = row;
  return {
    [titleOf(by)]: (
      <a href={valueOf(by, row)} tabIndex={-1}>
        {row.value}
      </a>
    ),
    User: row.userId ?? '',
    Last: formatTime(endMs),
    Lasted: startMs === undefined || endMs === undefined ? '' : formatDuration(endMs - startMs),
    Traces: formatCount(row.traces),
    Failed: row.failed === 0 ? '' : <span class="bad">{formatCount(row.failed)}</span>,
    Slowest:
      slowestMs === undefined || slowestTraceId === undefined ? (
        ''
      ) : (
        <a href={traceAt(slowestTraceId)} tabIndex={-1}>
          {formatDuration(slowestMs)}
        </a>
      ),
    Tokens: row.tokens === 0 ? '' : formatCount(row.tokens),
    Cost: formatSum(row),
  };
}

export function GroupsPage() {
  const { selected, now, total } = useList(groups);
  const by = route.value.parameters['group'] ?? '';
  const kind = by === 'session' ? 'groups with-user' : 'groups';
  const without =
    now === undefined || now.tracesWithout === 0 ? '' : `, ${formatCount(now.tracesWithout)} traces without one`;
  return (
    <main class="page traces">
      <h1 class="unseen">Traces by {by}</h1>
      <ListBar>
        <Summary
          text={`${formatCount(total)} ${total === 1 ? by : by === 'service' ? 'services' : `${by}s`}${without}`}
          state={now?.state}
        />
      </ListBar>
      <Fault message={groups.fault.value?.message} />
      {now !== undefined && total === 0 && now.state.isComplete ? (
        <div class="empty">
          <h2>No {by}</h2>
          <p>No trace that passes this filter has one.</p>
        </div>
      ) : (
        <VirtualList
          id="groups"
          label={`Traces by ${by}`}
          role="grid"
          count={total}
          rowHeight={ROW}
          selected={selected.value}
          onSelect={(index) => (selected.value = index)}
          onOpen={(index) => {
            const row = groups.rowAt(index);
            if (row !== undefined) location.hash = valueOf(by, row);
          }}
          onWindow={groups.show}
          head={<ListHead columns={columnsOf(by)} kind={kind} />}
          row={(index) => {
            const row = groups.rowAt(index);
            const cells = row === undefined ? { [titleOf(by)]: '…' } : cellsOf(by, row);
            return (
              <div
                key={index}
                class={`row ${kind}${index === selected.value ? ' selected' : ''}`}
                role="row"
                id={rowId('groups', index)}
                aria-rowindex={index + 2}
                aria-selected={index === selected.value}
                onClick={(event) => {
                  if (row !== undefined && !(event.target instanceof HTMLAnchorElement))
                    location.hash = valueOf(by, row);
                }}
              >
                {columnsOf(by).map(({ name, class: className }) => (
                  <div key={name} class={className} role="gridcell">
                    {cells[name] as never}
                  </div>
                ))}
              </div>
            );
          }}
        />
      )}
    </main>
  );
}
