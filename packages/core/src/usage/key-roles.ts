/** Roles of the keys of an object. One pass with one look-up a key decides which readers it is for. */
import { isPlainObject } from '@spanline/record';
import { isVendorKey, PLACES } from './wrappers.ts';

/** The roles of keys, as bits. */
export const ROLE = {
  /** Any key. */
  any: 1,
  /** A report on usage is below it. */
  place: 2,
  /** An answer has it, and the usage object in it does not. */
  answer: 4,
  /** It shows server tools. */
  tools: 8,
  /** Cohere's billed units. The counts beside them are not billed. */
  billed: 16,
  /** Anthropic's parts of an answer that other counts leave out. */
  iterations: 32,
  /** The object has a class, whose values may be behind accessors, which no loop shows. */
  opaque: 64,
  /** It names one line in the results of a batch. */
  batch: 128,
} as const;

/** Keys by which an answer differs from the usage object in it. */
const ANSWER_KEYS: readonly string[] = [
  'model',
  'modelVersion',
  'choices',
  'candidates',
  'content',
  'message',
  'output',
  'data',
  'text',
  'embeddings',
  'results',
  'created_at',
  'usage',
  'usageMetadata',
  'usage_metadata',
  'totalUsage',
  'response_metadata',
];

/** Keys of what the provider's own tools did. */
const TOOL_KEYS: readonly string[] = ['output', 'candidates', 'groundingMetadata', 'search_context_size'];

/** Keys by which the results of a batch name their lines. */
const BATCH_KEYS: readonly string[] = ['custom_id', 'recordId', 'key', 'processed_time'];

/** Keys of Cohere's billed units. */
export const BILLED_KEYS: readonly string[] = ['billed_units', 'billedUnits'];

function rolesByKey(): ReadonlyMap<string, number> {
  const roles = new Map<string, number>();
  const give = (role: number, keys: readonly string[]): void => {
    for (const key of keys) roles.set(key, (roles.get(key) ?? ROLE.any) | role);
  };
  give(ROLE.place, PLACES);
  give(ROLE.answer, ANSWER_KEYS);
  give(ROLE.tools, TOOL_KEYS);
  give(ROLE.billed, BILLED_KEYS);
  give(ROLE.iterations, ['iterations']);
  give(ROLE.batch, BATCH_KEYS);
  return roles;
}

const ROLES = rolesByKey();

/** The roles of one key. */
export const roleOf = (key: string): number => ROLES.get(key) ?? (isVendorKey(key) ? ROLE.any | ROLE.place : ROLE.any);

/** The roles of all keys that an object has. 0 for a plain object without any. */
export function rolesIn(object: object): number {
  let roles = isPlainObject(object) ? 0 : ROLE.opaque;
  for (const key in object) roles |= roleOf(key);
  return roles;
}
