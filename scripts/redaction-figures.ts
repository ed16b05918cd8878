/**
 * Writes the figures of docs/privacy.md: how well each rule does on the generated corpus.
 * Usage: pnpm redaction:figures
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../packages/core/test/redaction/corpus/measure.ts';

const PAGE = join(import.meta.dirname, '../docs/privacy.md');
const START = '<!-- figures -->';
const END = '<!-- /figures -->';
const SEED = 20_261_129;
const PER_KIND = 20;

const { scores, tokens, lostTokens } = measure(SEED, PER_KIND);
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const rows = [...scores].map(([rule, byLocale]) => {
  const all = [...byLocale.values()];
  const sum = (key: 'found' | 'missed' | 'wrong'): number => all.reduce((total, score) => total + score[key], 0);
  const [found, missed, wrong] = [sum('found'), sum('missed'), sum('wrong')];
  const locales = [...byLocale].filter(([locale]) => locale !== 'near misses');
  const recall = ([, score]: (typeof locales)[number]): number => score.found / (score.found + score.missed);
  const [worst] = locales.toSorted((a, b) => recall(a) - recall(b));
  const lowest = worst === undefined || recall(worst) === 1 ? '' : `${worst[0]} ${percent(recall(worst))}`;
  return `| \`${rule}\` | ${found + missed} | ${locales.length} | ${percent(found / (found + wrong))} | ${percent(found / (found + missed))} | ${lowest} |`;
});
const table = [
  '| rule | texts | kinds and countries | precision | recall | lowest recall |',
  '|---|---|---|---|---|---|',
  ...rows,
  '',
  `Of ${tokens.toLocaleString('en')} words that only look alike, or are of real manuals, ${percent(lostTokens / tokens)} are lost.`,
].join('\n');
const page = readFileSync(PAGE, 'utf8');
const [before = '', rest = ''] = page.split(START);
writeFileSync(PAGE, `${before}${START}\n${table}\n${END}${rest.split(END)[1] ?? ''}`);
