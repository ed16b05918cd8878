/** The children of each span, as chains of places. A trace of 100,000 spans takes two arrays. */

import type { SpanRow } from '../../src/contract/index.ts';

/** `-1` stands for no span. The children of `-1` are the roots. */
export interface SiblingTree {
  firstChild(parent: number): number;
  nextSibling(span: number): number;
}

export function siblingTree(spans: readonly SpanRow[]): SiblingTree {
  const first = new Int32Array(spans.length + 1).fill(-1);
  const next = new Int32Array(spans.length).fill(-1);
  for (let place = spans.length - 1; place >= 0; place--) {
    const parent = (spans[place]?.parent ?? -1) + 1;
    next[place] = first[parent] ?? -1;
    first[parent] = place;
  }
  return {
    firstChild: (parent) => first[parent + 1] ?? -1,
    nextSibling: (span) => next[span] ?? -1,
  };
}
