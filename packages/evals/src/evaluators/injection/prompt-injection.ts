/** Texts that try to give a model orders. */
import type { Verdict } from '../../feedback/verdict.ts';
import { partsOf, type Texts } from '../texts.ts';
import { readingsOf } from './readings.ts';
import { INJECTION_RULES } from './rules.ts';

const PART = 50_000;
const MAX_QUOTE = 120;

/**
 * Finds prompt injections: texts that try to give the model orders. It reads questions, retrieved documents and results
 * of tools alike, in English, German, French, Spanish and Italian, also in disguise: other alphabets and widths,
 * invisible letters, spaced and leet spelling, reversed, rot13, base64, base32, hex, binary, URL and HTML escapes.
 *
 * `docs/evals.md` has its precision and recall on a labelled set.
 *
 * @returns an evaluator of `{ text }`: yes for an injection. The explanation names the rule and quotes the place
 */
export function promptInjection(): (values: { readonly text: Texts }) => Verdict {
  return ({ text }) => {
    for (const part of partsOf(text, PART)) {
      for (const { text: reading, isHidden } of readingsOf(part)) {
        for (const { name, pattern } of INJECTION_RULES) {
          const [found] = pattern.exec(reading) ?? [];
          if (found === undefined) continue;
          const quote = found.trim().slice(0, MAX_QUOTE);
          return { value: true, explanation: `${name}${isHidden ? ', hidden' : ''}: "${quote}"` };
        }
      }
    }
    return { value: false };
  };
}
