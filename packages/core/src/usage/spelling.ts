/** How a key of a usage object is read. */
import type { BilledUnit } from '@spanline/record';

/** Meanings of a number besides the units of the catalogue. Later code turns these into units. */
export type Reading =
  | BilledUnit
  /** Input and output by OpenAI's names, which include cached tokens. */
  | 'prompt_tokens'
  | 'completion_tokens'
  /** Sum of input and output. It decides between two ways to read the other counts. */
  | 'total'
  /** Cached tokens by Anthropic's keys, which stand beside the input. */
  | 'cache_read_beside'
  | 'cache_write_beside'
  /** Images of Cohere, which stand beside the text. */
  | 'image_beside'
  /** Thoughts of Google and Perplexity, which stand beside the output. */
  | 'reasoning_beside'
  /**
   * Reported cost in US dollars, in xAI's ticks (1e10 of a dollar), and the part that a gateway leaves to the provider.
   */
  | 'cost_usd'
  | 'cost_ticks'
  | 'upstream_cost_usd'
  /** Documents, which are billed as images. */
  | 'input_document_tokens'
  | 'output_document_tokens';

/** A number that is not billed: a time, a sum, or a share of another number. */
export const NOT_BILLED = 'not_billed';

/**
 * A list of counts: Google's modalities of the total that they are part of, Bedrock's cache writes by their time to
 * live, Google's searches by what was searched, and the results of Amazon's Titan.
 *
 * @typeParam Parts - the keys of an object that other providers have under the same name
 */
export interface CountList<Parts = SpellingMap> {
  readonly list: 'input' | 'output' | 'cache' | 'tool' | 'ttl' | 'searches' | 'results';
  readonly parts?: Parts;
}

/** How one key is read: a number, a list, or the keys of an object below it. */
export type Spelling = Reading | typeof NOT_BILLED | CountList | SpellingMap;

/** Spellings by key. The key `''` is for a number in the object's place. */
export type SpellingMap = ReadonlyMap<string, Spelling>;

/** A {@link SpellingMap} as the tables write it. */
export interface Spellings {
  readonly [key: string]: Reading | typeof NOT_BILLED | CountList<Spellings> | Spellings;
}

/** Compiles a table. */
export function compileSpellings(spellings: Spellings): SpellingMap {
  return new Map(
    Object.entries(spellings).map(([key, spelling]): [string, Spelling] => [
      key,
      typeof spelling === 'string' ? spelling : isList(spelling) ? compileList(spelling) : compileSpellings(spelling),
    ]),
  );
}

function compileList({ list, parts }: CountList<Spellings>): CountList {
  return parts === undefined ? { list } : { list, parts: compileSpellings(parts) };
}

function isList(spelling: CountList<Spellings> | Spellings): spelling is CountList<Spellings> {
  return 'list' in spelling;
}
