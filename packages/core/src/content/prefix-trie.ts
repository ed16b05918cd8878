/** The prefix of every list. */
export const EMPTY_PREFIX = 0;

/**
 * The lists of messages that lines have, as a trie: each prefix of a list has a number, and a child for each message
 * that a known list continues with. Prefixes are numbered from 1 in the order in which they were added.
 */
export class PrefixTrie {
  /**
   * Prefix numbers, by {@link PrefixTrie.#edge}. One map for all nodes, because a map for each node costs more than all
   * lookups.
   */
  readonly #children = new Map<number, number>();
  readonly #edgesPerPrefix: number;

  /** @param maxMessages - message numbers are below this */
  constructor(maxMessages: number) {
    this.#edgesPerPrefix = maxMessages;
  }

  /** How many prefixes there are. */
  get size(): number {
    return this.#children.size;
  }

  /** The number of a prefix that is one message longer, if a known list begins with it. */
  child(prefix: number, message: number): number | undefined {
    return this.#children.get(this.#edge(prefix, message));
  }

  /** @returns the number of the new prefix */
  add(prefix: number, message: number): number {
    const child = this.#children.size + 1;
    this.#children.set(this.#edge(prefix, message), child);
    return child;
  }

  /** The edge from a prefix to the one that is longer by a message. */
  #edge(prefix: number, message: number): number {
    return prefix * this.#edgesPerPrefix + message;
  }
}
