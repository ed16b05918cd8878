/** Several texts of one answer, cut and mixed at random, in the chunks of five providers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { runs } from '../../../test/support/effort.ts';
import { Answer } from '../src/gate/answer.ts';
import { GatedStream } from '../src/gate/gated-stream.ts';
import { Engine } from '../src/guards/engine.ts';
import { blockOutput, detectors, evaluator, type Guard, isGuardError, literals, redactOutput } from '../src/index.ts';
import { anyCuts, cut, piecesOf } from './texts.ts';
import { type Piece, TOOLS, type Wire, WIRES } from './wires.ts';

const tracer = createTracer({ enabled: false });
const NAME = 'Blue Heron 🪶';
const PERSONAL = ['jane.doe@example.org', '4111 1111 1111 1111'] as const;

const MAILS_AND_CARDS = redactOutput({ rules: detectors({ only: ['EMAIL', 'CARD'] }), failMode: 'closed' });
const NAMES = blockOutput({ name: 'names', rules: literals({ texts: [NAME] }), failMode: 'closed' });
/** A judge that takes its time, and finds nothing. */
const SLOW = redactOutput({
  rules: evaluator({
    name: 'slow',
    window: 'sentence',
    fn: () => new Promise<boolean>((resolve) => setImmediate(resolve, false)),
  }),
  failMode: 'closed',
});

const redacted = (text: string): string => text.replaceAll(PERSONAL[0], '[EMAIL]').replaceAll(PERSONAL[1], '[CARD]');
const anyProse = fc
  .array(
    fc.constantFrom(
      'The contract ends. ',
      'Ask Ms Doe, ',
      'Ünïcödé 🧑‍🚀 ',
      'Blue ',
      'see page 12. ',
      ...PERSONAL.map((text) => `${text}, `),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));
/** Arguments of a tool, with some letters as escapes. */
const anyArguments = fc
  .tuple(fc.constantFrom('Hi', ...PERSONAL), fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }))
  .map(([to, escaped]) => {
    const letters = [...to].map((letter, index) =>
      escaped[index % escaped.length] === true ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
    );
    return { to, text: `{"to":"${letters.join('')}","n":1}` };
  });

/** Pieces of texts in a random order. The pieces of one text keep theirs. */
function mixed(texts: readonly string[], cuts: readonly (readonly number[])[], order: readonly number[]): Piece[] {
  const waiting = texts.map((text, channel) => {
    const pieces = cut(text, cuts[channel] ?? []);
    return pieces.map((piece, index) => ({
      channel,
      text: piece,
      isFirst: index === 0,
      isLast: index === pieces.length - 1,
    }));
  });
  const result: Piece[] = [];
  for (let turn = 0; waiting.some((each) => each.length > 0); turn++) {
    const open = waiting.filter((each) => each.length > 0);
    const [piece] = open[(order[turn % order.length] ?? 0) % open.length]?.splice(0, 1) ?? [];
    if (piece !== undefined) result.push(piece);
  }
  return result;
}

interface Outcome {
  readonly texts: string[];
  /** Everything that left, as JSON. */
  readonly all: string;
  readonly error?: unknown;
}

async function guarded(wire: Wire, guards: readonly Guard[], pieces: readonly Piece[]): Promise<Outcome> {
  const engine = new Engine({ guards, tracer });
  const texts = ['', '', '', ''];
  const left: unknown[] = [];
  const gated = new GatedStream(piecesOf(wire.chunks(pieces)), new Answer(engine, 'output'), wire.shape());
  try {
    for await (const chunk of gated) {
      left.push(chunk);
      for (const [channel, text] of wire.texts(chunk)) texts[channel] += text;
    }
  } catch (error) {
    return { texts, all: JSON.stringify(left), error };
  }
  return { texts, all: JSON.stringify(left) };
}

const anyOrder = fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 30 });
const anyFourCuts = fc.tuple(anyCuts, anyCuts, anyCuts, anyCuts);
const bytes = (text: string): number => Buffer.byteLength(text);

describe.each(Object.entries(WIRES))('%s', (_, wire) => {
  test('texts are redacted as if each came alone and whole', async ({ annotate }) => {
    let chunkings = 0;
    let leaked = 0;
    await fc.assert(
      fc.asyncProperty(
        anyProse,
        anyProse,
        anyArguments,
        anyArguments,
        anyFourCuts,
        anyOrder,
        async (a, b, x, y, cuts, order) => {
          const { texts, all } = await guarded(
            wire,
            [MAILS_AND_CARDS, SLOW, NAMES],
            mixed([a, b, x.text, y.text], cuts, order),
          );
          chunkings++;
          for (const secret of PERSONAL) leaked += bytes(secret) * (all.split(secret).length - 1);
          expect(texts.slice(0, TOOLS)).toEqual([redacted(a), redacted(b)]);
          expect(texts.slice(TOOLS).map((text) => JSON.parse(text) as unknown)).toEqual(
            [x, y].map(({ to }) => ({ to: redacted(to), n: 1 })),
          );
          expect(leaked).toBe(0);
        },
      ),
      { numRuns: runs(25, 10_000) },
    );
    await annotate(`${chunkings} chunkings, ${leaked} bytes of a match left`);
  });

  test('nothing of a match leaves before it is blocked', async ({ annotate }) => {
    let chunkings = 0;
    let leaked = 0;
    await fc.assert(
      fc.asyncProperty(
        anyProse,
        anyProse,
        anyArguments,
        anyArguments,
        anyFourCuts,
        anyOrder,
        async (a, b, x, y, cuts, order) => {
          const pieces = mixed([a, `${b}${NAME}${a}`, x.text, y.text], cuts, order);
          const { texts, all, error } = await guarded(wire, [MAILS_AND_CARDS, NAMES, SLOW], pieces);
          chunkings++;
          const [first = '', second = ''] = texts;
          expect(isGuardError(error) && error.guard).toBe('names');
          expect([redacted(a).startsWith(first), redacted(b).startsWith(second)]).toEqual([true, true]);
          leaked += bytes(second.slice(redacted(b).length));
          for (const secret of PERSONAL) leaked += bytes(secret) * (all.split(secret).length - 1);
          expect(leaked).toBe(0);
        },
      ),
      { numRuns: runs(25, 10_000) },
    );
    await annotate(`${chunkings} chunkings, ${leaked} bytes of a match left`);
  });
});
