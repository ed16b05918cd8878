/** The frame of a list of traces or groups: its state, the order of its columns, and what is grouped. */

import type { ComponentChildren } from 'preact';
import { type ReadState, TRACE_GROUPS, TRACE_ORDERS, type TraceOrder } from '../../src/contract/index.ts';
import { formatCount, formatShare } from '../format.ts';
import { change, route } from '../route.ts';
import { isLive } from './list-state.ts';

/** A column of a list. */
export interface ListColumn {
  readonly name: string;
  /** The list can be sorted by it. */
  readonly order?: TraceOrder;
  readonly class: string;
  /** A longer name. */
  readonly title?: string;
}

/** The order of the address. */
const orderNow = (): TraceOrder => TRACE_ORDERS.find((order) => order === route.value.parameters['order']) ?? 'start';

/** The heads of the columns. A click sorts. */
export function ListHead({ columns, kind }: { readonly columns: readonly ListColumn[]; readonly kind: string }) {
  return (
    <div class={`row head ${kind}`} role="row" aria-rowindex={1}>
      {columns.map(({ name, order, class: className, title }) => (
        <div
          key={name}
          class={className}
          role="columnheader"
          title={title}
          aria-sort={order === orderNow() ? (order === 'score' ? 'ascending' : 'descending') : undefined}
        >
          {order === undefined ? (
            name
          ) : (
            <button type="button" tabIndex={-1} onClick={() => change({ order: order === 'start' ? '' : order })}>
              {name}
              {order === orderNow() ? (order === 'score' ? ' ↑' : ' ↓') : ''}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

/** Size of a list, and how much of the log was read. */
export function Summary({ text, state }: { readonly text: string; readonly state: ReadState | undefined }) {
  return (
    <p class="summary" role="status">
      {state === undefined ? 'Reading…' : text}
      {state !== undefined && !state.isComplete && ` so far, ${formatShare(state.share)} of the log read`}
      {state !== undefined && state.badLines > 0 && ` · ${formatCount(state.badLines)} lines are no records`}
      {state !== undefined && state.unread.length > 0 && ` · not readable: ${state.unread.join(', ')}`}
    </p>
  );
}

/** The line above a list. */
export function ListBar({ children }: { readonly children: ComponentChildren }) {
  const group = route.value.parameters['group'] ?? '';
  return (
    <div class="bar-line">
      {children}
      <label class="note">
        Group by{' '}
        <select value={group} onChange={(event) => change({ group: event.currentTarget.value, order: '' })}>
          <option value="">nothing</option>
          {TRACE_GROUPS.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="quiet" aria-pressed={isLive.value} onClick={() => (isLive.value = !isLive.value)}>
        {isLive.value ? 'Live' : 'Paused'}
      </button>
    </div>
  );
}

/** What stands in place of a list that failed. */
export function Fault({ message }: { readonly message: string | undefined }) {
  if (message === undefined) return null;
  return (
    <p class="fault" role="alert">
      {message}
    </p>
  );
}
