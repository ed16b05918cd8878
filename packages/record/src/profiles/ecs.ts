import { ATTRIBUTE_KEYS, type AttributeKey, attributeRow, type SpanRecord } from '../schema/index.ts';
import { isIpAddress } from '../values/ip-address.ts';
import { lazy } from '../values/lazy.ts';
import { ECS } from './spellings.ts';
import { toStructured } from './structured.ts';

/** Version of the Elastic Common Schema that the profile follows. */
const ECS_VERSION = '8.17.0';

/** How a key is written. */
interface Rendering {
  readonly name: string;
  readonly isStructured: boolean;
  /** Adds fields that are derived from the value. */
  readonly derive: ((line: Record<string, unknown>, record: SpanRecord, value: unknown) => void) | undefined;
}

const DERIVE: Readonly<Partial<Record<AttributeKey, Rendering['derive']>>> = {
  'spanline.schema': (line) => (line['ecs.version'] = ECS_VERSION),
  'span.kind': (line, { span_id }, value) => value === 'SERVER' && (line['transaction.id'] = span_id),
  'client.address': (line, _, value) => isIpAddress(value as string) && (line['client.ip'] = value),
};

const RENDERINGS = lazy(
  (): ReadonlyMap<string, Rendering> =>
    new Map(
      ATTRIBUTE_KEYS.map((key) => [
        key,
        { name: ECS()[key] ?? key, isStructured: attributeRow(key)?.kind === 'json', derive: DERIVE[key] },
      ]),
    ),
);

/**
 * Converts a record to the Elastic Common Schema: flat dotted keys, content as arrays of objects. On records of ours,
 * which have `spanline.schema`, it adds:
 *
 * - `client.ip` if the client's address is an IP address, because the field rejects anything else;
 * - `transaction.id` on SERVER spans;
 * - `ecs.version`.
 */
export function toEcs(record: SpanRecord): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const source = record as Readonly<Record<string, unknown>>;
  const renderings = RENDERINGS();
  const isOurs = record['spanline.schema'] !== undefined;
  for (const key in source) {
    const value = source[key];
    if (value === undefined) continue;
    const rendering = renderings.get(key);
    if (rendering === undefined) {
      line[key] = value;
      continue;
    }
    line[rendering.name] = rendering.isStructured ? toStructured(value as string) : value;
    if (isOurs) rendering.derive?.(line, record, value);
  }
  return line;
}
