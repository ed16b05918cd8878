import { createRedactor } from '../../../src/redaction/index.ts';
import { cleanTexts } from './clean.ts';
import { plantedTexts } from './planted.ts';

/** How well one rule does in one locale. */
export interface Score {
  found: number;
  missed: number;
  /** Replacements of what is none of it. */
  wrong: number;
}

export interface Measurement {
  /** By rule, then by locale. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, Score>>;
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
  readonly tokens: number;
  readonly lostTokens: number;
}

const SAME = 8;

/** A number is gone if no eight of its digits in a row are left; other things must not be there in whole or half. */
function isLeft(gone: string, after: string): boolean {
  const plain = after.normalize('NFKC').replaceAll(/\[[A-Z]\w*(?:_\d+)?\]/g, '#');
  if (/^[\d\s()+.-]+$/.test(gone)) {
    const [digits, left] = [gone.replaceAll(/\D/g, ''), plain.replaceAll(/[^\d#a-z]/gi, '')];
    for (let start = 0; start + SAME <= digits.length; start++)
      if (left.includes(digits.slice(start, start + SAME))) return true;
    return false;
  }
  return plain.normalize('NFC').includes(gone.normalize('NFC').slice(-Math.max(6, Math.ceil(gone.length / 2))));
}

/** Redacts generated texts with secrets in them, and texts with things that only look alike. */
export function measure(seed: number, perKind: number): Measurement {
  const redactor = createRedactor({ rules: { PASSPORT: false } }, undefined);
  const scores = new Map<string, Map<string, Score>>();
  const missed: string[] = [];
  const wrong: string[] = [];
  const scoreOf = (rule: string, locale: string): Score => {
    const byLocale = scores.get(rule) ?? new Map<string, Score>();
    scores.set(rule, byLocale);
    const score = byLocale.get(locale) ?? { found: 0, missed: 0, wrong: 0 };
    byLocale.set(locale, score);
    return score;
  };
  for (const { rule, locale, text, gone } of plantedTexts(seed, perKind)) {
    if (rule === 'PASSPORT') continue;
    const after = redactor.redact(text, undefined, redactor.startLine({ placeholders: undefined }));
    if (isLeft(gone, after)) {
      scoreOf(rule, locale).missed++;
      missed.push(`${rule} ${locale}: ${text} → ${after}`);
    } else scoreOf(rule, locale).found++;
  }
  let tokens = 0;
  let lostTokens = 0;
  for (const { locale, text } of cleanTexts(seed, perKind)) {
    const line = redactor.startLine({ placeholders: undefined });
    const after = redactor.redact(text, undefined, line);
    tokens += text.split(/\s+/).length;
    if (after === text) continue;
    for (const [rule, count] of Object.entries(line.byRule ?? {})) scoreOf(rule, 'near misses').wrong += count;
    const kept = new Set(after.split(/\s+/));
    lostTokens += text.split(/\s+/).filter((word) => !kept.has(word)).length;
    wrong.push(`${locale}: ${text} → ${after}`);
  }
  return { scores, missed, wrong, tokens, lostTokens };
}
