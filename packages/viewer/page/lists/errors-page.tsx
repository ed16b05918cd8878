/** Errors by fingerprint: the page of `spanline errors`. */

import type { ErrorRow, ErrorsAnswer } from '../../src/contract/index.ts';
import { formatCount, formatTime } from '../format.ts';
import { scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { type Column, TablePage } from './data-table.tsx';
import { traceAt } from './links.ts';

const COLUMNS: readonly Column<ErrorRow>[] = [
  {
    head: 'Error',
    cell: ({ type, traceId, spanId }) => (traceId === undefined ? type : <a href={traceAt(traceId, spanId)}>{type}</a>),
  },
  { head: 'Message', cell: ({ message }) => <span title={message}>{message}</span> },
  { head: 'Step', cell: ({ path }) => <span title={path}>{path.split(' > ').at(-1)}</span> },
  { head: 'Count', isNumber: true, cell: ({ count }) => formatCount(count) },
  { head: 'Users', isNumber: true, cell: ({ users }) => (users === 0 ? '' : formatCount(users)) },
  { head: 'First', cell: ({ firstMs }) => formatTime(firstMs) },
  { head: 'Last', cell: ({ lastMs }) => formatTime(lastMs) },
];

export function ErrorsPage() {
  const { answer, fault } = useAnswer<ErrorsAnswer>('errors', scope());
  return (
    <TablePage
      title="Errors"
      columns={COLUMNS}
      rows={answer?.rows}
      keyOf={({ fingerprint }) => fingerprint}
      fault={fault}
      more={answer?.more ?? 0}
      none="No span that passes this filter failed."
    />
  );
}
