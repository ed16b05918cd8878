/** Values of fields in SQL. */

import type { Column, Field } from '../filter/index.ts';

/** SQL of the first value of a field. @param columnSql - `undefined` for a column that cannot be read */
export function fieldSql(
  { columns, combine, everyMs }: Field,
  columnSql: (column: Column) => string | undefined,
): string | undefined {
  const values = columns.map((column) => {
    const sql = columnSql(column);
    return sql !== undefined && column.isList ? `${sql}[1]` : sql;
  });
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return undefined;
  if (everyMs !== undefined) return `floor(${known[0]} / ${everyMs}) * ${everyMs}`;
  if (combine === 'any') return `coalesce(${known.join(', ')})`;
  const isThere = known.map((value) => `${value} IS NOT NULL`).join(' OR ');
  return `CASE WHEN ${isThere} THEN ${known.map((value) => `coalesce(${value}, 0)`).join(' + ')} END`;
}
