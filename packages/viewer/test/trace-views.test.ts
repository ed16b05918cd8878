/** Graph, transcript and figure of a trace. */

import { describe, expect, it } from 'vitest';
import type { SpanRow, TextAnswer, TranscriptAnswer } from '@spanline/viewer';
import { figureOf } from '../page/trace/figure.ts';
import { layOut } from '../page/trace/graph/layout.ts';
import { stepsGraph } from '../page/trace/graph/steps-graph.ts';
import { said } from './support/agent.ts';
import { openViewer } from './support/client.ts';
import { logWith, spanId, spanLine, traceId } from './support/lines.ts';

const json = (value: unknown): string => JSON.stringify(value);

const span = (name: string, fields: Partial<SpanRow> = {}): SpanRow => ({
  spanId: name,
  name,
  type: 'tool',
  depth: 1,
  parent: 0,
  fromMs: 0,
  durationMs: 10,
  ...fields,
});

const root = (fields: Partial<SpanRow> = {}): SpanRow => {
  const { parent: _parent, ...row } = span('root', { type: 'http', depth: 0, durationMs: 100, ...fields });
  return row;
};

function edgesOf(spans: readonly SpanRow[]): string[] {
  const { nodes, edges } = stepsGraph(spans);
  return edges.map(({ from, to, count }) => `${nodes[from]?.name} > ${nodes[to]?.name} ${count}`);
}

describe('the graph of the steps', () => {
  it('counts which step came after which, and repeats of one step', () => {
    const names = ['a', 'a', 'b', 'a', 'b'];
    const spans = [root(), ...names.map((name, index) => span(name, { fromMs: index * 10 }))];
    expect(edgesOf(spans)).toEqual(['root > a 1', 'a > a 1', 'a > b 2', 'b > a 1']);
  });

  it('leads to steps that run side by side, and from them to the next one', () => {
    expect(
      edgesOf([
        root(),
        span('plan'),
        span('left', { fromMs: 10, durationMs: 10 }),
        span('right', { fromMs: 11, durationMs: 30 }),
        span('left 2', { fromMs: 20, durationMs: 10 }),
        span('join', { fromMs: 50 }),
      ]),
    ).toEqual([
      'root > plan 1',
      'plan > left 1',
      'plan > right 1',
      'left > left 2 1',
      'right > join 1',
      'left 2 > join 1',
    ]);
  });

  it('leaves out what is no step, and keeps what is within it', () => {
    const spans = [
      root(),
      span('wrapper', { type: 'chain' }),
      span('inner', { parent: 1, depth: 2 }),
      span('next', { fromMs: 20 }),
    ];
    expect(edgesOf(spans)).toEqual(['root > inner 1', 'inner > next 1']);
  });

  it('takes spans without children for steps where there are no others', () => {
    const spans = [root(), span('a', { type: 'task' }), span('b', { type: 'chain', fromMs: 20 })];
    expect(edgesOf(spans)).toEqual(['root > a 1', 'a > b 1']);
    expect(edgesOf([root()])).toEqual([]);
  });

  it('has at most 40 nodes, and counts every step', () => {
    const { nodes, edges } = stepsGraph([
      root(),
      ...Array.from({ length: 5000 }, (_, n) => span(`tool ${n}`, { fromMs: n, durationMs: 1 })),
    ]);
    expect(nodes).toHaveLength(40);
    expect(nodes.flatMap(({ spans }) => spans)).toHaveLength(5001);
    expect(edges.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
  });

  it('stands below what leads to it, and no two nodes overlap', () => {
    const links = [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 1, to: 3 },
      { from: 2, to: 1 },
      { from: 3, to: 3 },
      { from: 0, to: 3 },
    ];
    const { nodes, links: paths, width, height } = layOut(4, links);
    expect(nodes.map(({ y }) => y)).toEqual(nodes.map(({ y }) => y).toSorted((a, b) => a - b));
    expect(nodes[2]?.y).toBe(nodes[3]?.y);
    expect(Math.abs((nodes[2]?.x ?? 0) - (nodes[3]?.x ?? 0))).toBeGreaterThanOrEqual(196);
    // Back to the node above: the path leads up.
    expect(paths[3]?.at(0)?.y).toBeGreaterThan(paths[3]?.at(-1)?.y ?? 0);
    expect(paths[4]).toEqual([]);
    for (const { x, y } of [...nodes, ...paths.flat()]) {
      expect(x >= 0 && x <= width).toBe(true);
      expect(y >= 0 && y <= height).toBe(true);
    }
    expect(layOut(0, [])).toMatchObject({ nodes: [], links: [] });
  });
});

/** A model call, with the messages that its line has. */
const call = (id: number, fromMs: number, input: readonly unknown[], output: string, fields = {}): string =>
  spanLine(
    { trace: 1, span: id, parent: 1, fromMs },
    {
      'span.type': 'llm',
      'span.name': `call ${id}`,
      'gen_ai.input.messages': json(input),
      'gen_ai.output.messages': json([said('assistant', output)]),
      ...fields,
    },
  );
const chain = (fields: object): string =>
  spanLine({ trace: 1, span: 1, durationMs: 500 }, { 'span.type': 'chain', 'span.name': 'chat', ...fields });

async function transcriptOf(lines: readonly string[]): Promise<TranscriptAnswer> {
  const { ask } = await openViewer(logWith(lines));
  return (await ask(`trace/${traceId(1)}/messages`)).json as TranscriptAnswer;
}

const turnsOf = ({ turns }: TranscriptAnswer): string[] =>
  turns.map(({ name, side, folded, messages }) =>
    [
      `${name} ${side}`,
      ...(folded > 0 ? [`(${folded})`] : []),
      ...messages.map(({ parts }) => parts.map((part) => part.text.text).join()),
    ].join(' '),
  );

describe('the transcript', () => {
  const system = said('system', 'Be brief.');

  it('has each message once, where a history is sent whole', async () => {
    const first = [system, said('user', 'Hello?')];
    const second = [...first, said('assistant', 'Yes?'), said('user', 'Tell me more.')];
    const answer = await transcriptOf([
      call(2, 10, first, 'Yes?'),
      call(3, 30, second, 'More.'),
      chain({
        'spanline.input': json({ messages: [said('user', 'Hello?')] }),
        'spanline.output': json([said('assistant', 'More.')]),
      }),
    ]);
    expect(turnsOf(answer)).toEqual([
      'chat input Hello?',
      'call 2 input (1) Be brief.',
      'call 2 output Yes?',
      'call 3 input (3) Tell me more.',
      'call 3 output More.',
    ]);
    expect(answer).toMatchObject({ total: 5, offset: 0, missing: 0 });
  });

  it('has each message once, where lines refer to earlier ones', async () => {
    const answer = await transcriptOf([
      call(2, 10, [system, said('user', 'Hello?')], 'Yes?'),
      call(3, 30, [{ ref: `${spanId(2)}#i0-1` }, { ref: `${spanId(2)}#o0` }, said('user', 'More.')], 'No.'),
      call(4, 50, [{ ref: `${spanId(3)}#i0-3` }, { ref: `${spanId(3)}#o0` }, said('user', 'Why?')], 'Because.'),
      call(5, 70, [{ ref: `${spanId(77)}#i0-4` }, said('user', 'Really?')], 'Yes.'),
      chain({}),
    ]);
    expect(turnsOf(answer)).toEqual([
      'call 2 input Be brief. Hello?',
      'call 2 output Yes?',
      'call 3 input (3) More.',
      'call 3 output No.',
      'call 4 input (5) Why?',
      'call 4 output Because.',
      'call 5 input Really?',
      'call 5 output Yes.',
    ]);
    expect(answer.missing).toBe(5);
  });

  it('finds messages that an outer step refers to in an inner one', async () => {
    // A step that ends later refers to the lines that were written before its own.
    const answer = await transcriptOf([
      call(2, 10, [said('user', 'Hello?')], 'Yes?'),
      call(3, 30, [{ ref: `${spanId(2)}#i0` }, { ref: `${spanId(2)}#o0` }, said('user', 'More.')], 'No.'),
      chain({
        'spanline.input': json([{ ref: `${spanId(2)}#i0` }]),
        'spanline.output': json([{ ref: `${spanId(3)}#i0-2` }, { ref: `${spanId(3)}#o0` }]),
      }),
    ]);
    expect(turnsOf(answer)).toEqual([
      'call 2 input Hello?',
      'call 2 output Yes?',
      'call 3 input (2) More.',
      'call 3 output No.',
    ]);
    expect(answer.missing).toBe(0);
  });

  it('has what a user says twice twice, and what is only sent again once', async () => {
    const first = [system, said('user', 'yes')];
    const second = [...first, said('assistant', 'Sure?'), said('user', 'yes')];
    expect(
      turnsOf(
        await transcriptOf([call(2, 10, first, 'Sure?'), call(3, 30, second, 'Done.'), call(4, 50, second, 'Done.')]),
      ),
    ).toEqual([
      'call 2 input Be brief. yes',
      'call 2 output Sure?',
      'call 3 input (3) yes',
      'call 3 output Done.',
      'call 4 output Done.',
    ]);
  });

  it('has windows, and sends a long text by its start', async () => {
    const { ask } = await openViewer(logWith([call(2, 10, [said('user', 'x'.repeat(50_000))], 'y'), chain({})]));
    const path = `trace/${traceId(1)}/messages`;
    const { turns, total } = (await ask(`${path}?offset=0&limit=1`)).json as TranscriptAnswer;
    expect([turns.length, total]).toEqual([1, 2]);
    const text = turns[0]?.messages[0]?.parts[0]?.text;
    expect(text).toMatchObject({ length: 50_000, n: 0 });
    const rest = (await ask(`${path}/text/0?from=20000`)).json as TextAnswer;
    expect([rest.text.length, rest.length]).toEqual([30_000, 50_000]);
    expect((await ask(`${path}/text/1`)).status).toBe(404);
    expect((await ask('trace/none/messages')).status).toBe(404);
  });

  it('survives references in a circle and long chains of them', async () => {
    const chained = Array.from({ length: 3000 }, (_, n) =>
      call(
        n + 2,
        n,
        n === 0 ? [said('user', 'start')] : [{ ref: `${spanId(n + 1)}#i0-${n - 1}` }, said('user', `turn ${n}`)],
        `answer ${n}`,
      ),
    );
    const loop = call(9001, 5000, [{ ref: `${spanId(9002)}#i0` }], 'one');
    const back = call(9002, 6000, [{ ref: `${spanId(9001)}#i0` }], 'two');
    const { total, missing } = await transcriptOf([...chained, loop, back, chain({})]);
    expect([total, missing]).toEqual([6002, 2]);
  });
});

describe('the figure', () => {
  it('has one unit, and an axis that ends at a round time', () => {
    const { rows, ticks, endMs, unit, more } = figureOf({
      durationMs: 12_345,
      spans: [root({ durationMs: 12_345 }), span('step', { durationMs: 850, model: 'gpt-4o', inputTokens: 12 })],
    });
    expect(rows.map(({ label }) => label)).toEqual(['root (12.3 s)', 'step (0.85 s) [gpt-4o, 12 tokens]']);
    expect(ticks.map(unit.format)).toEqual(['0', '5', '10', '15']);
    expect([endMs, more]).toEqual([15_000, 0]);
  });

  it('has an axis where nothing took any time, and at most 100 spans', () => {
    expect(figureOf({ durationMs: 0, spans: [root({ durationMs: 0 })] }).endMs).toBeGreaterThan(0);
    expect(figureOf({ durationMs: 1, spans: Array.from({ length: 150 }, () => span('a')) })).toMatchObject({
      more: 50,
    });
  });
});
