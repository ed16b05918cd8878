/** Toxic texts: a small filter by words. */
import type { Verdict } from '../../feedback/verdict.ts';
import { partsOf, type Texts } from '../texts.ts';
import { TOXIC_KINDS } from './toxic-words.ts';

const PART = 50_000;
/** Signs that stand for letters inside of words. */
const DISGUISE: Readonly<Record<string, string>> = { '@': 'a', $: 's', '!': 'i', 0: 'o', 1: 'i', 3: 'e' };

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\u200B-\u200F\u2060\uFEFF]+/gu, '')
    .toLowerCase()
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/(?<=\p{L})[@$!013](?=\p{L})/gu, (sign) => DISGUISE[sign] ?? sign)
    .replaceAll(/(?<=\b\p{L})\*+(?=\p{L})/gu, 'u')
    .replaceAll(/\s+/g, ' ');

/**
 * Finds toxic texts by English words and phrases: slurs, threats, profanity, sexual words, attacks on groups, insults.
 * It is a small filter: it sees no irony, and it finds texts that report on such words. A judge reads the meaning.
 *
 * The explanation names the kinds, not the words.
 *
 * @returns an evaluator of `{ text }`: yes for a toxic text
 */
export function toxicity(): (values: { readonly text: Texts }) => Verdict {
  return ({ text }) => {
    const found = new Set<string>();
    for (const part of partsOf(text, PART)) {
      const reading = plain(part);
      for (const { name, pattern } of TOXIC_KINDS) if (pattern.test(reading)) found.add(name);
    }
    return found.size === 0 ? { value: false } : { value: true, explanation: [...found].join(', ') };
  };
}
