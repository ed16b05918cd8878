import { BUILT_IN_RULES } from './rules.ts';

const RULES = BUILT_IN_RULES.filter(({ credential }) => credential);
const HINT = new RegExp(RULES.map(({ hint }) => hint).join('|'));

/** True for text with a key or token in it that a built-in rule recognises. */
export function isCredential(text: string): boolean {
  if (!HINT.test(text)) return false;
  return RULES.some(({ pattern, test }) => {
    for (const match of text.matchAll(pattern)) {
      if (test === undefined || test(match.groups?.['value'] ?? match[0])) return true;
    }
    return false;
  });
}
