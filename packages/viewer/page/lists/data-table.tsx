/** A page with one table: the frame of all lists but that of traces. */

import type { ComponentChildren } from 'preact';
import type { AskError } from '../ask.ts';
import { formatCount } from '../format.ts';

/** A column: its head, and the cell of a row. */
export interface Column<Row> {
  readonly head: string;
  /** Numbers stand to the right. @defaultValue false */
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

interface TablePageProps<Row> {
  /** Name of the page. */
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  /** `undefined` while the answer is on its way. */
  readonly rows: readonly Row[] | undefined;
  readonly keyOf: (row: Row) => string;
  readonly fault: AskError | undefined;
  /** Rows that were left out. */
  readonly more: number;
  /** A sentence for a list without rows. */
  readonly none: string;
  /** Controls above the table. */
  readonly children?: ComponentChildren;
  /** More about a row, below it. */
  readonly below?: (row: Row) => ComponentChildren;
}

function Head<Row>({ columns }: { readonly columns: readonly Column<Row>[] }) {
  return (
    <thead>
      <tr>
        {columns.map(({ head, isNumber = false }) => (
          <th key={head} scope="col" class={isNumber ? 'number' : undefined}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
  );
}

export function TablePage<Row>(props: TablePageProps<Row>) {
  const { title, columns, rows, keyOf, fault, more, none, children, below } = props;
  return (
    <main class="page">
      <h1 class="unseen">{title}</h1>
      {children !== undefined && <div class="bar-line">{children}</div>}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault.message}
        </p>
      )}
      {rows === undefined && fault === undefined && (
        <p class="summary" role="status">
          Reading…
        </p>
      )}
      {rows?.length === 0 && (
        <div class="empty">
          <p>{none}</p>
        </div>
      )}
      {rows !== undefined && rows.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={title}>
          <table>
            <Head columns={columns} />
            {rows.map((row) => {
              const further = below?.(row);
              return (
                <tbody key={keyOf(row)}>
                  <tr>
                    {columns.map(({ head, isNumber = false, cell }) => (
                      <td key={head} class={isNumber ? 'number' : 'group'}>
                        {cell(row)}
                      </td>
                    ))}
                  </tr>
                  {further !== undefined && (
                    <tr>
                      <td colSpan={columns.length} class="below">
                        {further}
                      </td>
                    </tr>
                  )}
                </tbody>
              );
            })}
          </table>
          {more > 0 && <p class="note">{formatCount(more)} more</p>}
        </div>
      )}
    </main>
  );
}
