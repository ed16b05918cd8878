/** Traces that the reader chose in the list. They stay chosen while the filter and the page change. */

import { signal } from '@preact/signals';
import type { DatasetAnswer } from '../../src/contract/index.ts';
import { ask } from '../ask.ts';
import { scope } from '../route.ts';

/** Ids of the traces, in the order in which they were chosen. */
export const chosen = signal<ReadonlySet<string>>(new Set());

/** Chooses a trace, or leaves it out again. */
export function toggle(traceId: string): void {
  const next = new Set(chosen.value);
  if (!next.delete(traceId)) next.add(traceId);
  chosen.value = next;
}

/** Ids that fit into the address of a request. */
const PIECE = 100;

/** The traces that were chosen as a data set: lines of JSON. @throws AskError */
export async function chosenLines(): Promise<DatasetAnswer> {
  const ids = [...chosen.value];
  let text = '';
  let count = 0;
  for (let at = 0; at < ids.length; at += PIECE) {
    const piece = ids.slice(at, at + PIECE).join(',');
    const answer = await ask<DatasetAnswer>('dataset', { ...scope(), ids: piece });
    text += answer.text;
    count += answer.count;
  }
  return { text, count };
}
