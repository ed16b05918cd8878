/** Where the value of an attribute of another vocabulary goes. */
import type { AttributeKey } from '@spanline/record';

/**
 * A place that is no key of the record:
 *
 * - `input`, `output`: content; the type of the span decides its key
 * - `usage:…`: a key of a usage object. The usage reader reads it with all other counts of the span
 * - `reasoning`, `tool calls`: parts of the answer of a model, as a text and as JSON
 * - `usage object`: a usage object, as JSON
 * - `provider usage`: the provider's own usage or metadata, as JSON
 * - `parameters`: JSON of request parameters in the provider's words
 * - `labels`: JSON of labels
 * - `tags`: texts
 * - `session`, `user`: ids of the surroundings
 * - `failure type`, `failure`: the type and the message of an error, where neither an exception nor the status has them
 * - `url`: an address, without its query
 * - `vector`: its length alone is kept
 * - `nothing`: said elsewhere, or of no use in a log
 */
export type Place =
  | 'input'
  | 'output'
  | 'reasoning'
  | 'tool calls'
  | `usage:${string}`
  | 'usage object'
  | 'provider usage'
  | 'parameters'
  | 'labels'
  | 'tags'
  | 'session'
  | 'user'
  | 'failure type'
  | 'failure'
  | 'url'
  | 'vector'
  | 'nothing';

/** A key of the record or a place; `[key, factor]` for a number in another unit. */
export type Target = AttributeKey | Place | readonly [key: AttributeKey, factor: number];

/** The spellings of one vocabulary, by attribute. */
export type Spellings = Readonly<Record<string, Target>>;
