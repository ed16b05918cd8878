/** Rows as an Arrow IPC file. The library apache-arrow makes it; it is an optional peer, loaded at the first call. */

import type * as arrowModule from 'apache-arrow';
import type { Data, DataType } from 'apache-arrow';
import { type RecordValue, SpanlineError } from '@spanline/record';
import type { TableColumn, TableRow } from '../answers/index.ts';

type Arrow = typeof arrowModule;

/** A batch is written when it has so many rows, or so many characters: content of users may be long. */
const BATCH_ROWS = 2048;
const BATCH_CHARACTERS = 1 << 24;

async function loadArrow(): Promise<Arrow> {
  try {
    return await import('apache-arrow');
  } catch (cause) {
    const expected = 'installed for Arrow: npm install apache-arrow';
    throw new SpanlineError({ code: 'ERR_MISSING_PACKAGE', option: 'apache-arrow', expected, cause });
  }
}

function typeOf(arrow: Arrow, sqlType: TableColumn['sqlType']): DataType {
  switch (sqlType) {
    case 'DOUBLE':
      return new arrow.Float64();
    case 'BOOLEAN':
      return new arrow.Bool();
    case 'VARCHAR[]':
      return new arrow.List(arrow.Field.new('item', new arrow.Utf8(), true));
    default:
      return new arrow.Utf8();
  }
}

const toText = (value: RecordValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The value as the type of its column. One that does not fit a number or a boolean is missing. */
function toCell(value: RecordValue | null, sqlType: TableColumn['sqlType']): RecordValue | null {
  if (value === null) return null;
  switch (sqlType) {
    case 'DOUBLE':
      return typeof value === 'number' ? value : null;
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : null;
    case 'VARCHAR[]':
      return Array.isArray(value) ? value.map(toText) : [toText(value)];
    default:
      return toText(value);
  }
}

const lengthOf = (cell: RecordValue | null): number => {
  if (typeof cell === 'string') return cell.length;
  return Array.isArray(cell) ? cell.reduce((sum, text) => sum + text.length, 0) : 0;
};

/**
 * The bytes of an Arrow IPC file (Feather, version 2), batch by batch. A batch is in memory only until it is taken.
 *
 * @throws SpanlineError `ERR_MISSING_PACKAGE` without apache-arrow
 */
export async function* arrowFile(
  columns: readonly TableColumn[],
  rows: AsyncIterable<TableRow>,
): AsyncGenerator<Uint8Array> {
  const arrow = await loadArrow();
  const fields = columns.map(({ name, sqlType }) => arrow.Field.new(name, typeOf(arrow, sqlType), true));
  const schema = new arrow.Schema(fields);
  const builders = fields.map(({ type }) => arrow.makeBuilder({ type, nullValues: [null] }));
  const writer = new arrow.RecordBatchFileWriter();
  const queue = writer[Symbol.asyncIterator]();
  let length = 0;
  let characters = 0;

  function write(): void {
    const children = builders.map((builder) => builder.flush() as Data);
    const type = new arrow.Struct(fields);
    writer.write(new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children })));
    length = 0;
    characters = 0;
  }

  /** Takes what the writer has queued: its queue has no end before the file has one. */
  async function taken(): Promise<Uint8Array> {
    const bytes = writer.toUint8Array(true);
    for (let left = bytes.byteLength; left > 0;) left -= (await queue.next()).value?.byteLength ?? left;
    return bytes;
  }

  for await (const row of rows) {
    for (const [place, { name, sqlType }] of columns.entries()) {
      const cell = toCell(row[name] ?? null, sqlType);
      characters += lengthOf(cell);
      builders[place]?.append(cell);
    }
    length++;
    if (length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    write();
    yield await taken();
  }
  write();
  writer.finish();
  yield await taken();
}
