/** A list in the order of last activity. */

/** An entry, linked to its neighbours. */
export interface IdleNode<N> {
  older: N | undefined;
  newer: N | undefined;
}

/** A doubly linked list: moving an entry to the end takes constant time and allocates nothing. */
export class IdleList<N extends IdleNode<N>> {
  #oldest: N | undefined;
  #newest: N | undefined;

  /** The entry that has been idle longest. */
  get oldest(): N | undefined {
    return this.#oldest;
  }

  add(node: N): void {
    node.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  remove(node: N): void {
    const { older, newer } = node;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    node.older = undefined;
    node.newer = undefined;
  }

  /** Makes an entry the newest. */
  touch(node: N): void {
    if (node === this.#newest) return;
    this.remove(node);
    this.add(node);
  }
}
