/** Documents of a cluster, read back into records. */

import { CONTENT_TEXT_FIELD, isPlainObject, list, parseLine, props } from '@spanline/record';
import { type BadLineCounter, streamLogFile } from '../lines/index.ts';
import type { ReadRecord } from '../records/index.ts';

/** Fields that the ingest pipeline adds: texts for search, and values that the mapping refused. */
const ODD_FIELD = 'spanline.odd';

async function* nothing(): AsyncGenerator<Buffer> {}

/** The document as it was sent: what the pipeline put aside is put back, and what it gathered is left out. */
function restored(source: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { [CONTENT_TEXT_FIELD]: _, [ODD_FIELD]: odd, ...line } = source;
  for (const entry of list(odd)) {
    const { name, value } = props(entry);
    if (typeof name !== 'string' || Object.hasOwn(line, name)) continue;
    Object.defineProperty(line, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return line;
}

/** A document's place is the path `index/id`. */
export function readDocument(hit: unknown, bad: BadLineCounter): ReadRecord | undefined {
  const { _index: index, _id: id, _source: source } = props(hit);
  const path = `${String(index)}/${String(id)}`;
  const parsed = isPlainObject(source) ? parseLine(restored(source)) : undefined;
  if (parsed === undefined) {
    bad.add({ reason: 'json', file: path, offset: 0 });
    return undefined;
  }
  const { kind, record, rest } = parsed;
  return { kind, record, rest, file: streamLogFile(nothing(), path), offset: 0, length: 0 };
}
