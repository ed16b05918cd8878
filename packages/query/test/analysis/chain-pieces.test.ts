/** Long traces are read in pieces, so that a server can answer others in between. */

import { expect, it } from 'vitest';
import type { ReadRecord } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { readChain } from '../../src/analysis/chain/chain.ts';
import { readDivergences } from '../../src/analysis/chain/index.ts';
import { toTrace } from '../../src/answers/index.ts';
import { span, spanId, traceId } from '../support/logs.ts';

const SPANS = 2000;
const PIECE = 200;
/** Nothing here reads the file. */
const file = { path: 'app.ndjson' } as ReadRecord['file'];

it('a piece reads the content of 200 spans at most', () => {
  const read = new Set<string>();
  const create = (trace: number) => {
    const lines = Array.from({ length: SPANS }, (_, n) => {
      const id = trace * SPANS + n;
      const parent = n === 0 ? {} : { parent_span_id: spanId(trace * SPANS) };
      const record: SpanRecord = { ...span(id, { trace_id: traceId(trace), 'span.type': 'tool' }), ...parent };
      const key = 'gen_ai.tool.call.arguments';
      Object.defineProperty(record, key, { enumerable: true, get: () => (read.add(`${id}`), `{"n":${n}}`) });
      return { kind: 'span' as const, record, rest: {}, file, offset: n, length: 1 };
    });
    const found = toTrace(traceId(trace), 'trace', lines, false);
    if (found === undefined) throw new Error('no trace');
    return found;
  };
  const most = (pieces: Generator<void, unknown>): number => {
    let largest = 0;
    for (let isDone = false; !isDone;) {
      read.clear();
      isDone = pieces.next().done === true;
      largest = Math.max(largest, read.size);
    }
    return largest;
  };
  const [before, after] = [create(1), create(2)];
  expect(most(readChain(before))).toBe(PIECE);
  // Of two traces.
  expect(most(readDivergences(before, after))).toBeLessThanOrEqual(2 * PIECE);
});
