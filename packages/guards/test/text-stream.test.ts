import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
/** Texts in pieces: the verdict does not depend on how a text is cut, and no byte of a match leaves. */
import { memoryLog } from '@spanline/core/testing';
import { runs } from '../../../test/support/effort.ts';
import {
  blockOutput,
  createGuards,
  detectors,
  type Guard,
  isGuardError,
  literals,
  pattern,
  redactOutput,
} from '../src/index.ts';
import { anyCuts, anyText, cut, piecesOf } from './texts.ts';

const tracer = createTracer({ logger: memoryLog().logger, enabled: false });

async function streamed(
  guards: readonly Guard[],
  pieces: readonly string[],
): Promise<{ text: string; error?: unknown }> {
  let text = '';
  try {
    for await (const piece of createGuards({ guards, tracer }).stream(piecesOf(pieces))) text += piece;
  } catch (error) {
    return { text, error };
  }
  return { text };
}

const RULES = {
  detectors: detectors(),
  cards: detectors({ only: ['CARD', 'EMAIL', 'IBAN'] }),
  literals: literals({ texts: ['Doe', 'contract', 'contract ends', 'ends in May', '🧑‍🚀', '4111'] }),
  pattern: pattern({ pattern: /\b(?:page \d{1,4}|Ms \p{L}{1,20})\b/u }),
  unbounded: pattern({ pattern: /Ask[^]*page/ }),
} as const;

test.each(Object.entries(RULES))('%s: a stream reads like the whole text, however it is cut', async (_, rule) => {
  const guards = [redactOutput({ rules: rule, failMode: 'closed' })];
  const whole = createGuards({ guards, tracer });
  await fc.assert(
    fc.asyncProperty(anyText, anyCuts, async (text, cuts) => {
      expect((await streamed(guards, cut(text, cuts))).text).toBe(await whole.checkOutput(text));
    }),
    { numRuns: runs(60, 20_000) },
  );
});

test('all that left before the error stood before the match', async () => {
  const secret = 'Blue Heron 🪶 codename';
  const guards = [blockOutput({ rules: literals({ texts: [secret] }), failMode: 'closed' })];
  await fc.assert(
    fc.asyncProperty(anyText, anyText, anyCuts, async (before, after, cuts) => {
      const { text, error } = await streamed(guards, cut(before + secret + after, cuts));
      expect(isGuardError(error) && error.rule).toBe('literals');
      expect(before.startsWith(text)).toBe(true);
    }),
    { numRuns: runs(60, 20_000) },
  );
});
