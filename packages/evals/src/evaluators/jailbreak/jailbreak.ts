/** Prompts that try to free a model of its rules. */
import type { Verdict } from '../../feedback/verdict.ts';
import { partsOf, type Texts } from '../texts.ts';
import { JAILBREAK_SIGNALS } from './signals.ts';

const PART = 20_000;
const MAX_QUOTE = 80;
/** One strong sign, or three weak ones of different kinds. */
const ENOUGH = 3;

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/\s+/g, ' ');

/**
 * Finds prompts that try to free a model of its rules: personas without rules, orders never to refuse, two answers side
 * by side. It reads English. An injection, which gives other orders in the place of yours, is found by
 * `promptInjection()`.
 *
 * `docs/evals.md` has its precision and recall on labelled sets.
 *
 * @returns an evaluator of `{ text }`: yes for a jailbreak. The explanation names the signs and quotes them
 */
export function jailbreak(): (values: { readonly text: Texts }) => Verdict {
  return ({ text }) => {
    for (const part of partsOf(text, PART)) {
      const reading = plain(part);
      let weight = 0;
      const found: string[] = [];
      for (const signal of JAILBREAK_SIGNALS) {
        const [quote] = signal.pattern.exec(reading) ?? [];
        if (quote === undefined) continue;
        weight += signal.weight;
        found.push(`${signal.name} "${quote.trim().slice(0, MAX_QUOTE)}"`);
        if (weight >= ENOUGH) return { value: true, explanation: found.join(', ') };
      }
    }
    return { value: false };
  };
}
