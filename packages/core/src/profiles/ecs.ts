import { isIP } from 'node:net';
import { ATTRIBUTES, type SpanRecord } from '../schema/index.ts';
import { ECS } from './spellings.ts';
import { toStructured } from './structured.ts';

/** Version of the Elastic Common Schema that the profile follows. */
const ECS_VERSION = '8.17.0';

const STRUCTURED: ReadonlySet<string> = new Set(
  Object.entries(ATTRIBUTES)
    .filter(([, kind]) => kind === 'json')
    .map(([key]) => key),
);

/**
 * A record in the spelling of the Elastic Common Schema: flat dotted keys, content as arrays of objects. `client.ip` is added where the address is one (the field rejects
 * anything else) and `transaction.id` on the spans of a server.
 */
export function toEcs(record: SpanRecord): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const source = record as Readonly<Record<string, unknown>>;
  for (const key in source) {
    const value = source[key];
    if (value === undefined) continue;
    line[ECS[key] ?? key] = STRUCTURED.has(key) ? toStructured(value as string) : value;
    if (key === 'spanline.schema') line['ecs.version'] = ECS_VERSION;
    if (key === 'span.kind' && value === 'SERVER') line['transaction.id'] = record.span_id;
    if (key === 'client.address' && isIP(value as string) !== 0) line['client.ip'] = value;
  }
  return line;
}
