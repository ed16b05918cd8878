/** Any nesting of spans of both sides, at once, across `await` and in streams, is the tree that the program wrote. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { observe } from '@spanline/core';
import { runs } from '../../../test/support/effort.ts';
import { type Program, start } from './support/setup.ts';

interface Node {
  readonly side: 'ours' | 'theirs' | 'stream';
  /** Turns of the event loop before the children begin. */
  readonly turns: number;
  /** The children run at once. */
  readonly isParallel: boolean;
  readonly children: readonly Node[];
}

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    side: fc.constantFrom('ours', 'theirs', 'stream'),
    turns: fc.integer({ min: 0, max: 2 }),
    isParallel: fc.boolean(),
    children: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
  }),
}));

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Runs a node, and tells each span's name with that of its parent. */
async function run(
  program: Program,
  given: Node,
  name: string,
  parent: string,
  told: Map<string, string>,
): Promise<void> {
  const { otel, tracer } = program;
  told.set(name, parent);
  const child = (each: Node, index: number): Promise<void> => run(program, each, `${name}/${index}`, name, told);
  const below = async (): Promise<void> => {
    for (let index = 0; index < given.turns; index++) await turn();
    if (given.isParallel) await Promise.all(given.children.map(child));
    else for (const [index, each] of given.children.entries()) await child(each, index);
  };
  if (given.side === 'ours') return tracer.withSpan(name, below);
  if (given.side === 'theirs')
    return otel.startActiveSpan(name, async (span) => {
      await below();
      span.end();
    });
  const parts = observe(
    async function* parts() {
      for (const [index, each] of given.children.entries()) {
        for (let count = 0; count < given.turns; count++) await turn();
        await child(each, index);
        yield index;
      }
    },
    { name, tracer },
  );
  for await (const _ of parts()) await turn();
}

test.each([true, false])('every span stands below the one around it (bridged: %s)', async (bridged) => {
  const program = start({}, { statsIntervalSeconds: 0 }, { bridged });
  await fc.assert(
    fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 3 }), async (roots) => {
      program.log.clear();
      const told = new Map<string, string>();
      await Promise.all(roots.map((root, index) => run(program, root, String(index), '', told)));
      const records = program.records();
      const names = new Map(records.map((record) => [record.span_id, String(record['span.name'])]));
      expect(
        new Map(records.map((record) => [record['span.name'], names.get(record.parent_span_id ?? '') ?? ''])),
      ).toEqual(told);
      const traces = new Set(records.map((record) => record.trace_id));
      expect(traces.size).toBe(roots.length);
      if (!bridged) return;
      const exported = program.exported().filter((span) => traces.has(span.spanContext().traceId));
      const parents = new Map(records.map((record) => [record.span_id, record.parent_span_id]));
      for (const span of exported) expect(parents.get(span.spanContext().spanId)).toBe(span.parentSpanContext?.spanId);
      expect(exported).toHaveLength(records.filter((record) => record['otel.scope.name'] === 'app').length);
    }),
    { numRuns: runs(40, 1000) },
  );
});
